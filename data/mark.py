"""What is recorded about anything but an incident: a policy, a setting, a hold, a day."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Generic, Self, TypeVar

from aegis.domain.value import Value, to_utc


class Mark(Value):
    """One thing that was decided about a subject; each kind is a model of its own.

    A mark lies in the journal, in order and in the chain like everything else, and no
    incident is folded from it. What is on disk is the model's JSON: a field may be added
    with a default, never renamed. kind: its name in the journal, of no change and of no
    other mark.
    """

    kind: ClassVar[str]


AnyMark = TypeVar("AnyMark", bound=Mark)
"""One kind of mark."""


@dataclass(frozen=True, slots=True)
class MarkEntry:
    """A mark on its way into the journal.

    subject: what it is about, in the words of its kind (a file, a day, an incident's id).
    recorded_at: UTC, the store's clock. idempotency_key: at most one entry has it.
    """

    subject: str
    recorded_at: datetime
    kind: str
    payload: str
    idempotency_key: str | None = None
    request_digest: str | None = None

    incident_id: ClassVar[str] = ""
    grouping_key: ClassVar[str | None] = None

    @classmethod
    def of(cls, subject: str, recorded_at: datetime, mark: Mark, key: str | None = None) -> Self:
        """Write a mark down."""
        return cls(subject, to_utc(recorded_at), mark.kind, mark.model_dump_json(), key)


@dataclass(frozen=True, slots=True)
class KeptMark(Generic[AnyMark]):
    """A mark as the journal has it; `seq` orders all records, `hash` seals this one."""

    seq: int
    recorded_at: datetime
    subject: str
    mark: AnyMark
    hash: str
