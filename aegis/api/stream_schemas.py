"""The messages of `/ws/analysis` as types, for the document of the stream and for clients."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from aegis.api.schemas import Answer, ErrorObject, IncidentAnswer
from aegis.domain.event import DecidedIncident, EventType, JudgedFrame
from aegis.domain.statistics import HealthReport
from aegis.domain.value import UtcDatetime


class StreamAnswer(Answer):
    """What every message has.

    seq: grows by one with every event of this system; `system_status` and `error` carry the
    one of the last event before them. timestamp: when it was published.
    """

    seq: int = Field(ge=0)
    timestamp: UtcDatetime


class AnalysisResult(StreamAnswer):
    """New analysis completed."""

    type: Literal[EventType.ANALYSIS_RESULT]
    data: JudgedFrame


class IncidentCreated(StreamAnswer):
    """A new incident was saved, or a graver event took one over; the whole incident."""

    type: Literal[EventType.INCIDENT_CREATED]
    data: IncidentAnswer


class IncidentUpdated(StreamAnswer):
    """Incident status changed."""

    type: Literal[EventType.INCIDENT_UPDATED]
    data: DecidedIncident


class SystemStatus(StreamAnswer):
    """Health status: on connect, on change, and every 30 seconds."""

    type: Literal[EventType.SYSTEM_STATUS]
    data: HealthReport


class StreamError(StreamAnswer):
    """Error occurred: events were missed (`EVENTS_MISSED`), or the connection is refused."""

    type: Literal[EventType.ERROR]
    data: ErrorObject


StreamEvent = AnalysisResult | IncidentCreated | IncidentUpdated | SystemStatus | StreamError
"""Any message of the stream."""

STREAM_EVENT: TypeAdapter[StreamEvent] = TypeAdapter(
    Annotated[StreamEvent, Field(discriminator="type")]
)
"""Reads one."""

MESSAGES: tuple[type[StreamAnswer], ...] = (
    AnalysisResult,
    IncidentCreated,
    IncidentUpdated,
    SystemStatus,
    StreamError,
)
"""One for each `EventType`."""
