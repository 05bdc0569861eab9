"""One record of the journal, before and after it is sealed into the chain."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from aegis.domain.value import to_utc
from data.change import CHANGES, Change, IncidentExtended, IncidentOpened
from data.grouping import place_key
from data.mark import MarkEntry

GENESIS = "0" * 64
"""What stands for the hash before the first record."""
_SEALED_AT_FIRST = 7
"""So many fields a record had in the first schema."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A change to one incident.

    recorded_at: UTC, the store's clock; payload: the change as JSON.
    idempotency_key: at most one entry of the journal has it; request_digest: of what was
    asked under it.
    """

    incident_id: str
    recorded_at: datetime
    change: Change
    payload: str
    idempotency_key: str | None = None
    request_digest: str | None = None

    subject: ClassVar[str | None] = None

    @classmethod
    def of(
        cls,
        incident_id: str,
        recorded_at: datetime,
        change: Change,
        key: str | None = None,
        request_digest: str | None = None,
    ) -> Self:
        """Write a change down. The entry holds what its text says, so a rebuild sees the same."""
        payload = change.model_dump_json()
        kept = type(change).model_validate_json(payload)
        return cls(incident_id, to_utc(recorded_at), kept, payload, key, request_digest)

    @property
    def kind(self) -> str:
        """The change's name."""
        return self.change.kind

    @property
    def grouping_key(self) -> str | None:
        """The key under which later frames find the incident, where this entry gives it one."""
        if isinstance(self.change, IncidentOpened):
            return place_key(self.change.assessment)
        return self.change.place_key if isinstance(self.change, IncidentExtended) else None


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it lies in the table; `hash` covers every other field and the row before.

    A mark has a subject and an empty incident_id.
    """

    seq: int
    recorded_at: str
    kind: str
    incident_id: str
    grouping_key: str | None
    idempotency_key: str | None
    payload: str
    subject: str | None
    request_digest: str | None
    hash: str

    @classmethod
    def seal(cls, entry: Entry | MarkEntry, seq: int, previous_hash: str) -> Self:
        """Write an entry down as the successor of the row with `previous_hash`."""
        open_row = cls(
            seq=seq,
            recorded_at=entry.recorded_at.isoformat(timespec="microseconds"),
            kind=entry.kind,
            incident_id=entry.incident_id,
            grouping_key=entry.grouping_key,
            idempotency_key=entry.idempotency_key,
            payload=entry.payload,
            subject=entry.subject,
            request_digest=entry.request_digest,
            hash="",
        )
        return replace(open_row, hash=open_row.hash_after(previous_hash))

    @property
    def values(self) -> tuple[int | str | None, ...]:
        """The fields in the order of the table's columns."""
        return (
            self.seq,
            self.recorded_at,
            self.kind,
            self.incident_id,
            self.grouping_key,
            self.idempotency_key,
            self.payload,
            self.subject,
            self.request_digest,
            self.hash,
        )

    @property
    def is_mark(self) -> bool:
        """Whether it is about no incident."""
        return self.subject is not None

    @property
    def entry(self) -> Entry:
        """The typed entry of an incident's row; not for a mark's.

        Raises pydantic's ValidationError when the payload is not ours.
        """
        return Entry(
            incident_id=self.incident_id,
            recorded_at=datetime.fromisoformat(self.recorded_at),
            change=CHANGES[self.kind].model_validate_json(self.payload),
            payload=self.payload,
            idempotency_key=self.idempotency_key,
            request_digest=self.request_digest,
        )

    def hash_after(self, previous_hash: str) -> str:
        """SHA-256 over the hash before and the fields, as a compact ASCII JSON array.

        Subject and digest close the array when there is either: without them it is the
        array of the first schema, whose hashes still hold.
        """
        fields = [previous_hash, *self.values[:_SEALED_AT_FIRST]]
        if self.subject is not None or self.request_digest is not None:
            fields += [self.subject, self.request_digest]
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()


def find_break(rows: Iterable[Row], seq: int, previous_hash: str) -> tuple[int, str] | None:
    """The first number at which rows do not follow the one given, and why; None if all do."""
    for row in rows:
        if row.seq != seq + 1:
            return seq + 1, "the record is missing"
        if row.hash != row.hash_after(previous_hash):
            return row.seq, "the record does not match its hash"
        seq, previous_hash = row.seq, row.hash
    return None
