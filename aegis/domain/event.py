"""What is told to everybody who listens."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.incident import IncidentStatus
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


class JudgedFrame(Value):
    """A frame was judged; `incident_id` is null when there is no incident."""

    incident: bool
    type: IncidentType
    severity: Severity
    confidence: float = Field(ge=0, le=100)
    timestamp: UtcDatetime
    incident_id: str | None
    camera_id: str | None


class DecidedIncident(Value):
    """Somebody decided about an incident."""

    id: str
    status: IncidentStatus
    updated_at: UtcDatetime
    notes: str | None
