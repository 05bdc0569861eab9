"""The journal: what was acknowledged, in order, on disk."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aegis.errors import AegisError
from data.entry import GENESIS, Entry, Row, find_break
from data.mark import AnyMark, KeptMark, MarkEntry
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

    One thread appends; any thread reads, and `read` does not wait for a commit. Raises what
    SqliteFile raises.
    """

    def __init__(self, path: Path) -> None:
        self._writer = SqliteFile(path, _MIGRATIONS)
        self._reader = SqliteFile(path, _MIGRATIONS)
        self._head_seq, self._head_hash = 0, GENESIS
        self._is_head_known = False
        self._find_head()

    @property
    def head_seq(self) -> int:
        """The number of the last record, 0 when there is none."""
        return self._head_seq

    def append(self, entries: Sequence[Entry | MarkEntry]) -> None:
        """Seal the entries in one transaction: all are on disk, or none is.

        An error of SQLite is not "did not happen": a commit may be durable although it
        raised. So the end of the chain is looked up, and says which it was.
        """
        if not self._is_head_known:
            self._find_head()
        rows = self._seal(entries)
        self._is_head_known = False
        try:
            self._writer.insert(_QUERIES["append"], [row.values for row in rows])
        except AegisError:
            self._find_head()
            if self._head_hash != rows[-1].hash:
                raise
        self._head_seq, self._head_hash = rows[-1].seq, rows[-1].hash
        self._is_head_known = True

    def read(self, after_seq: int = 0, limit: int = _CHUNK) -> list[Row]:
        """At most `limit` records after `after_seq`, oldest first."""
        return [Row(*row) for row in self._reader.ask(_QUERIES["read"], (after_seq, limit))]

    def history(self, incident_id: str, up_to_seq: int | None = None) -> list[Row]:
        """Every record of one incident, oldest first."""
        last = _ENDLESS if up_to_seq is None else up_to_seq
        return [Row(*row) for row in self._writer.ask(_QUERIES["history"], (incident_id, last))]

    def outcome_of(self, idempotency_key: str) -> Row | None:
        """The record kept under this key."""
        rows = self._writer.ask(_QUERIES["outcome_of"], (idempotency_key,))
        return Row(*rows[0]) if rows else None

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
        rows = self._reader.ask(_QUERIES["marks"], (kind.kind, subject))
        return [_read_mark(kind, Row(*row)) for row in rows]

    def hash_at(self, seq: int) -> str | None:
        """The hash of one record, the genesis for 0, None for a record that is not there."""
        if seq == 0:
            return GENESIS
        rows = self._reader.ask(_QUERIES["hash_at"], (seq,))
        return str(rows[0][0]) if rows else None

    def probe(self) -> None:
        """Raises ServiceUnavailable unless the disk takes a write."""
        self._writer.probe()
        self._find_head()

    def verify(self) -> ChainVerdict:
        """Compute the whole chain again; some seconds for a million records."""
        seq, previous = 0, GENESIS
        try:
            while rows := self.read(seq):
                if (found := find_break(rows, seq, previous)) is not None:
                    return ChainVerdict(found[0] - 1, *found)
                seq, previous = rows[-1].seq, rows[-1].hash
        except AegisError as error:
            return ChainVerdict(seq, seq + 1, str(error))
        return ChainVerdict(seq)

    def close(self) -> None:
        """Let go of the file."""
        self._reader.close()
        self._writer.close()

    def _find_head(self) -> None:
        self._is_head_known = False
        rows = self._writer.ask(_QUERIES["head"])
        self._head_seq, self._head_hash = rows[0] if rows else (0, GENESIS)
        self._is_head_known = True

    def _seal(self, entries: Iterable[Entry | MarkEntry]) -> list[Row]:
        seq, previous, rows = self._head_seq, self._head_hash, list[Row]()
        for entry in entries:
            seq += 1
            rows.append(Row.seal(entry, seq, previous))
            previous = rows[-1].hash
        return rows


def _read_mark(kind: type[AnyMark], row: Row) -> KeptMark[AnyMark]:
    return KeptMark(
        seq=row.seq,
        recorded_at=datetime.fromisoformat(row.recorded_at),
        subject=row.subject or "",
        mark=kind.model_validate_json(row.payload),
        hash=row.hash,
    )
