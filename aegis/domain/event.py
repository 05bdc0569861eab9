"""What is told to everybody who listens."""

from enum import StrEnum
from typing import Any

from aegis.domain.value import UtcDatetime, Value


class EventType(StrEnum):
    """The message types of the stream."""

    ANALYSIS_RESULT = "analysis_result"
    INCIDENT_CREATED = "incident_created"
    INCIDENT_UPDATED = "incident_updated"
    SYSTEM_STATUS = "system_status"
    ERROR = "error"


class EventDraft(Value):
    """An event that is not numbered yet."""

    type: EventType
    data: dict[str, Any]


class Event(EventDraft):
    """One message; `seq` grows by one with every event published in this system."""

    seq: int
    timestamp: UtcDatetime
