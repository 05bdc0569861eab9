"""A message of the stream, encoded once for all sockets, and who wants it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from aegis.api.incident_filter import WholeNumber, split_words
from aegis.api.schemas import IncidentAnswer
from aegis.domain.assessment import Severity
from aegis.domain.event import Event, EventType
from aegis.domain.incident import Incident

_FILTER_HINTS = frozenset({"camera_id", "severity"})


@dataclass(frozen=True, slots=True)
class StreamMessage:
    """text: the JSON that goes over the wire; seq: of the event, or of the last one before it.

    hints: `camera_id` and `severity` where the event has them, for the filters.
    """

    seq: int
    type: EventType
    text: str
    hints: dict[str, Any]


class StreamFilter(BaseModel):
    """The query parameters of `/ws/analysis`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    types: Annotated[frozenset[EventType] | None, BeforeValidator(split_words)] = None
    camera_id: Annotated[frozenset[str] | None, BeforeValidator(split_words)] = None
    severity: Annotated[frozenset[Severity] | None, BeforeValidator(split_words)] = None
    since: WholeNumber | None = Field(None, ge=0)

    def wants(self, message: StreamMessage) -> bool:
        """Errors always; an event that has no camera or severity is not told apart by it."""
        if message.type is EventType.ERROR:
            return True
        return (
            (self.types is None or message.type in self.types)
            and self._matches(self.camera_id, message, "camera_id")
            and self._matches(self.severity, message, "severity")
        )

    def _matches(self, wanted: frozenset[str] | None, message: StreamMessage, name: str) -> bool:
        return wanted is None or name not in message.hints or message.hints[name] in wanted


def message_of(event: Event) -> StreamMessage:
    """The event as sockets show it."""
    hints = {name: event.data[name] for name in _FILTER_HINTS & event.data.keys()}
    data = _shown(event)
    return make_message(event.type, data, event.seq, event.timestamp, hints)


def make_message(
    event_type: EventType,
    data: dict[str, Any],
    seq: int,
    timestamp: datetime | None = None,
    hints: dict[str, Any] | None = None,
) -> StreamMessage:
    """Encode one message."""
    shown = _Shown(type=event_type, data=data, seq=seq, timestamp=timestamp or datetime.now(UTC))
    return StreamMessage(seq, event_type, shown.model_dump_json(), hints or {})


class _Shown(BaseModel):
    type: EventType
    data: dict[str, Any]
    seq: int
    timestamp: datetime


def _shown(event: Event) -> dict[str, Any]:
    """An incident as the REST answers show it; an update without what only filters need."""
    if event.type is EventType.INCIDENT_CREATED:
        incident = Incident.model_validate(event.data)
        return IncidentAnswer.of(incident).model_dump(mode="json")
    if event.type is EventType.INCIDENT_UPDATED:
        return {name: it for name, it in event.data.items() if name not in _FILTER_HINTS}
    return event.data
