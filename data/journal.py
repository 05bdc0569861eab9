"""The journal: what was acknowledged, in order, on disk."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aegis.errors import ServiceUnavailable, StorageDamaged
from data.chain_end import ChainEnd, Entries
from data.entry import GENESIS, Row, find_break
from data.mark import AnyMark, KeptMark
from data.sql import load_queries
from data.sqlite_file import SqliteFile

_QUERIES = load_queries("journal")
_MIGRATIONS = load_queries("journal_migrations")
_CHUNK = 5000
_ENDLESS = 2**63 - 1


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """How far the chain holds; `broken_at` is the first record that does not fit, if any."""

    records: int
    broken_at: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether every record is the one that was written, in the order it was written."""
        return self.broken_at is None


class Journal:
    """An append-only chain of records.

    One thread appends; any thread reads, and does not wait for a commit. What is read is
    what was written: a record that does not match its hash is StorageDamaged. Else raises
    what SqliteFile and ChainEnd raise.
    """

    def __init__(self, path: Path) -> None:
        self._writer = SqliteFile(path, _MIGRATIONS)
        self._reader = SqliteFile(path, _MIGRATIONS)
        self._end = ChainEnd(self._writer)

    @property
    def head_seq(self) -> int:
        """The number of the last record, 0 when there is none."""
        return self._end.seq

    def lead(self) -> int:
        """Take over from whoever wrote before, who can write no more; the epoch that begins."""
        return self._end.lead()

    def append(self, entries: Entries) -> None:
        """Seal the entries in one transaction: all are on disk, or none is."""
        self._end.append(entries)

    def read(self, after_seq: int = 0, limit: int = _CHUNK) -> list[Row]:
        """At most `limit` records after `after_seq`, oldest first; for `find_break` to check."""
        return [Row(*row) for row in self._reader.ask(_QUERIES["read"], (after_seq, limit))]

    def history(self, incident_id: str, up_to_seq: int | None = None) -> list[Row]:
        """Every record of one incident, oldest first."""
        last = _ENDLESS if up_to_seq is None else up_to_seq
        return _checked(self._writer.ask(_QUERIES["history"], (incident_id, last)))

    def outcome_of(self, idempotency_key: str) -> Row | None:
        """The record kept under this key."""
        rows = _checked(self._writer.ask(_QUERIES["outcome_of"], (idempotency_key,)))
        return rows[0] if rows else None

    def opened_under(self, grouping_key: str, limit: int) -> list[str]:
        """Ids of the incidents opened last under this key, newest first."""
        rows = self._writer.ask(_QUERIES["opened_under"], (grouping_key, limit))
        return [incident_id for (incident_id,) in rows]

    def last_opened(self) -> str | None:
        """Id of the incident opened last, also when it was deleted since."""
        rows = self._writer.ask(_QUERIES["last_opened"])
        return str(rows[0][0]) if rows else None

    def marks(self, kind: type[AnyMark], subject: str | None = None) -> list[KeptMark[AnyMark]]:
        """Every mark of one kind, about one subject or about any, oldest first."""
        rows = _checked(self._reader.ask(_QUERIES["marks"], (kind.kind, subject)))
        return [_read_mark(kind, row) for row in rows]

    def status_changes(self, after_seq: int, limit: int = _CHUNK) -> list[Row]:
        """At most `limit` of people's decisions after `after_seq`, oldest first."""
        return _checked(self._reader.ask(_QUERIES["status_changes"], (after_seq, limit)))

    def opening_of(self, incident_id: str) -> Row | None:
        """The record that opened an incident, also when it was deleted since."""
        rows = _checked(self._reader.ask(_QUERIES["opening_of"], (incident_id,)))
        return rows[0] if rows else None

    def hashes(self, after_seq: int, limit: int = _CHUNK) -> list[str]:
        """The hashes of at most `limit` records after `after_seq`, oldest first."""
        return [str(row[0]) for row in self._reader.ask(_QUERIES["hashes"], (after_seq, limit))]

    def hash_at(self, seq: int) -> str | None:
        """The hash of one record, the genesis for 0, None for a record that is not there."""
        if seq == 0:
            return GENESIS
        rows = self._reader.ask(_QUERIES["hash_at"], (seq,))
        return str(rows[0][0]) if rows else None

    def probe(self) -> None:
        """Raises ServiceUnavailable unless the disk takes a write, and from this store."""
        self._end.probe()

    def verify(self) -> ChainVerdict:
        """Compute the whole chain again; some seconds for a million records."""
        return list(self.verify_slowly(_CHUNK))[-1]

    def verify_slowly(self, chunk: int) -> Iterator[ChainVerdict]:
        """The same in steps of so many records; the last verdict is the final one."""
        seq, previous, step = 0, GENESIS, chunk
        while True:
            try:
                rows = self.read(seq, step)
            except ServiceUnavailable as error:
                if step == 1:
                    yield ChainVerdict(seq, seq + 1, str(error))
                    return
                step = max(step // 10, 1)  # closer and closer to the record itself
                continue
            if (found := find_break(rows, seq, previous)) is not None:
                yield ChainVerdict(found[0] - 1, *found)
                return
            if rows:
                seq, previous = rows[-1].seq, rows[-1].hash
            yield ChainVerdict(seq)
            if not rows:
                return

    def find_damage(self) -> str:
        """What is wrong with pages or indexes; empty when nothing is. Seconds for a million."""
        try:
            return self._reader.find_damage()
        except StorageDamaged as error:
            return str(error)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
        self._writer.close()
        self._end.close()


def _checked(rows: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Rows that come with the hash of the row before each."""
    checked = []
    for *fields, hash_before in rows:
        row = Row(*fields)
        if row.hash != row.hash_after(str(hash_before or GENESIS)):
            raise StorageDamaged(
                f"Record {row.seq} of the journal does not match its hash: restore a backup"
            )
        checked.append(row)
    return checked


def _read_mark(kind: type[AnyMark], row: Row) -> KeptMark[AnyMark]:
    return KeptMark(
        seq=row.seq,
        recorded_at=datetime.fromisoformat(row.recorded_at),
        subject=row.subject or "",
        mark=kind.model_validate_json(row.payload),
        hash=row.hash,
    )
