"""The DuckDB file that keeps the journal folded; anything wrong with it, and it is made anew."""

import threading
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import structlog

from aegis.domain.incident import Incident
from aegis.errors import ServiceUnavailable
from data.archive_mark import archived_numbers, split_at_days
from data.entry import GENESIS, Row, find_break
from data.fold import fold, fold_all
from data.incident_id import incident_number, make_incident_id
from data.journal import Journal
from data.sql import load_queries

_QUERIES = load_queries("views")
_VERSION = 3
"""Goes up with every change of the schema, of the fold, or of the domain's incident."""
_LOUD_EVERY = 50_000
"""After so many entries the log says how far a rebuild has come."""
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_COLUMNS = pa.schema(
    [
        ("number", pa.int64()),
        ("happened_at", pa.timestamp("us")),
        ("created_at", pa.timestamp("us")),
        ("type", pa.string()),
        ("severity", pa.string()),
        ("status", pa.string()),
        ("cameras", pa.list_(pa.string())),
        ("confidence", pa.float64()),
        ("evidence_path", pa.string()),
        ("text", pa.string()),
        ("record", pa.string()),
    ]
)
_log = structlog.get_logger(__name__)


class ViewFile:
    """Answers named queries over the incidents as the journal has them now.

    Every answer first folds what the journal has got since. A file that is missing,
    unreadable, of another version or of another journal is rebuilt, aloud; when the disk
    takes no file, in memory. One query at a time, from any thread. Raises
    ServiceUnavailable when not even that works.
    """

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._lock = threading.Lock()
        self._seq, self._hash = 0, GENESIS
        self._connection: duckdb.DuckDBPyConnection | None = None

    def ask(self, *questions: tuple[str, Mapping[str, Any]]) -> list[list[tuple[Any, ...]]]:
        """The rows of each named query, all of one moment."""
        failure: duckdb.Error | None = None
        with self._lock:
            for mend in (None, self._drop, self._rebuild_broken):
                try:
                    if mend:
                        mend()
                    return self._answer(questions)
                except duckdb.OutOfMemoryException as error:
                    raise ServiceUnavailable("The question needs too much memory") from error
                except duckdb.Error as error:
                    _log.warning("views_failed", reason=str(error))
                    failure = error
            self._drop()
        raise ServiceUnavailable("The views cannot answer now") from failure

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._drop()

    def _answer(
        self, questions: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[list[tuple[Any, ...]]]:
        connection = self._connection or self._open()
        if self._seq != self._journal.head_seq:
            self._fold_news(connection)
        return [
            connection.execute(_QUERIES[name], dict(parameters)).fetchall()
            for name, parameters in questions
        ]

    def _open(self) -> duckdb.DuckDBPyConnection:
        reason = "it is missing"
        if self._path.exists():
            try:
                connection = self._connection = duckdb.connect(self._path, config=_CONFIG)
                reason = self._objection(*connection.execute(_QUERIES["progress"]).fetchall()[0])
                if not reason:
                    self._fold_news(connection)
                    return connection
            except (duckdb.Error, IndexError, ValueError) as error:
                reason = str(error)
        return self._rebuild(reason)

    def _objection(self, version: int, seq: int, row_hash: str) -> str:
        """Why the file cannot be used; empty when it can."""
        self._seq, self._hash = seq, row_hash
        if version != _VERSION:
            return f"it is of version {version}, not {_VERSION}"
        if seq > self._journal.head_seq:
            return f"it knows record {seq}, but the journal ends at {self._journal.head_seq}"
        if self._journal.hash_at(seq) != row_hash:
            return f"record {seq} of the journal is another one"
        return ""

    def _rebuild_broken(self) -> None:
        self._rebuild("it opens, but does not answer")

    def _rebuild(self, reason: str) -> duckdb.DuckDBPyConnection:
        if self._journal.head_seq:
            _log.warning("views_rebuilt", file=self._path.name, reason=reason)
        try:
            return self._make(self._path)
        except (duckdb.Error, OSError) as error:
            _log.warning("views_kept_in_memory", file=self._path.name, reason=str(error))
            return self._make(None)

    def _make(self, path: Path | None) -> duckdb.DuckDBPyConnection:
        self._drop()
        if path:
            for file in (path, path.with_name(f"{path.name}.wal")):
                file.unlink(missing_ok=True)
        connection = self._connection = duckdb.connect(path or ":memory:", config=_CONFIG)
        connection.begin()
        connection.execute(_QUERIES["schema"])
        self._note(connection, 0, GENESIS)
        connection.commit()
        self._fold_news(connection)
        return connection

    def _fold_news(self, connection: duckdb.DuckDBPyConnection) -> None:
        while rows := self._journal.read(self._seq):
            if (found := find_break(rows, self._seq, self._hash)) is not None:
                raise ServiceUnavailable(
                    f"The journal is damaged at record {found[0]} ({found[1]}): restore a backup"
                )
            folded_before = self._seq
            connection.begin()
            for some in split_at_days(rows):
                self._fold_some(connection, some)
            self._note(connection, rows[-1].seq, rows[-1].hash)
            connection.commit()
            if self._seq // _LOUD_EVERY > folded_before // _LOUD_EVERY:
                _log.info("views_folded", entry=self._seq, last=self._journal.head_seq)

    def _fold_some(self, connection: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
        archived = archived_numbers(rows[0])
        if archived:
            connection.execute(_QUERIES["retire"], {"numbers": archived})
        _fold_rows(connection, rows, self._journal)

    def _note(self, connection: duckdb.DuckDBPyConnection, seq: int, row_hash: str) -> None:
        connection.execute(_QUERIES["forget_progress"])
        connection.execute(
            _QUERIES["note_progress"], {"version": _VERSION, "seq": seq, "hash": row_hash}
        )
        self._seq, self._hash = seq, row_hash

    def _drop(self) -> None:
        if self._connection is not None:
            try:
                self._connection.close()
            except duckdb.Error as error:
                _log.warning("views_close_failed", reason=str(error))
            self._connection = None


def _fold_rows(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Row], journal: Journal
) -> None:
    entries = [row.entry for row in rows if not row.is_mark]
    if not entries:
        return
    numbers = list({incident_number(entry.incident_id) for entry in entries})
    touched = {"numbers": numbers}
    known = connection.execute(_QUERIES["records_of"], touched).fetchall()
    incidents: dict[str, Incident | None] = {
        make_incident_id(number): Incident.model_validate_json(record)
        if record is not None
        # It was archived: whoever touches it brings it back.
        else fold_all(
            row.entry for row in journal.history(make_incident_id(number), rows[0].seq - 1)
        )
        for number, record in known
    }
    for entry in entries:
        incidents[entry.incident_id] = fold(incidents.get(entry.incident_id), entry)
    connection.execute(_QUERIES["remove"], touched)
    fresh = [_columns_of(incident) for incident in incidents.values() if incident]
    connection.register("fresh", pa.Table.from_pylist(fresh, schema=_COLUMNS))
    connection.execute(_QUERIES["insert"])
    connection.unregister("fresh")


def _columns_of(incident: Incident) -> dict[str, object]:
    said = [incident.reasoning, incident.notes or ""]
    for subject in incident.subjects:
        said += [subject.description, subject.behavior, subject.location]
    return {
        "number": incident_number(incident.id),
        "happened_at": to_column_time(incident.timestamp),
        "created_at": to_column_time(incident.created_at),
        "type": incident.type,
        "severity": incident.severity,
        "status": incident.status,
        "cameras": list(incident.cameras),
        "confidence": incident.confidence,
        "evidence_path": incident.evidence_path,
        "text": "\n".join(said).casefold(),
        "record": incident.model_dump_json(),
    }


def to_column_time(moment: datetime) -> datetime:
    """The instant as the tables keep it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)
