"""The views' tables in DuckDB: what lies in the file, and what is new since, in memory."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from aegis.domain.incident import Incident
from data.archive_mark import archived_numbers, split_at_days
from data.change import IncidentOpened
from data.entry import GENESIS, Row
from data.fold import fold, fold_all
from data.incident_id import incident_number, make_incident_id
from data.sql import load_queries
from data.view_row import COLUMNS, columns_of
from data.view_tally import Facet, Tally

_QUERIES = load_queries("views")
_BATCH = 10_000
VERSION = 5
"""Goes up with every change of the schema, of the fold, or of the domain's incident."""
Rows = list[tuple[Any, ...]]
History = Callable[[str, int], Iterable[Row]]
"""The records of an incident up to one."""


class ViewTables:
    """All incidents as one relation, `incidents`.

    It is the table `base` in the file, but for the rows that changed since, with those rows
    as they are now, from memory. The file is written by `merge` only, in one go, and has no
    write-ahead log in between: DuckDB checks every block of a file that it reads, but loses
    rows of a damaged log silently.
    For one thread at a time; raises duckdb.Error.
    seq, hash: the record of the journal up to which everything is folded in.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self.tally = Tally()
        self.seq, self.hash = 0, GENESIS
        self.merged_seq = 0
        self.changed = 0
        self._stale: set[int] = set()
        self._top = 0
        self._shape = ""

    @classmethod
    def create(cls, connection: duckdb.DuckDBPyConnection) -> "ViewTables":
        """Empty tables in an empty file."""
        connection.execute(_QUERIES["schema"])
        connection.execute(_QUERIES["set_version"], {"version": VERSION})
        tables = cls(connection)
        tables._set_progress(0, GENESIS)
        return tables

    def load(self) -> "ViewTables":
        """Begin with what the file has, nothing new yet; the tables themselves."""
        ask = self._connection.execute
        self._read_progress()
        self.tally = Tally()
        for *facet, count, parts in ask(_QUERIES["tally"]).fetchall():
            self.tally.add_all(Facet(*facet), count, parts)
        for *facet, camera_id, count in ask(_QUERIES["camera_tally"]).fetchall():
            self.tally.add_camera(camera_id, Facet(*facet), count)
        for quarter, count in ask(_QUERIES["quarters"]).fetchall():
            self.tally.add_quarter(quarter, count)
        self._forget_news()
        return self

    @property
    def version(self) -> int:
        """Of which version the file is."""
        ((version,),) = self.ask("version", {})
        return int(version)

    def ask(self, name: str, parameters: Mapping[str, Any]) -> Rows:
        """The rows of a named query."""
        return self._connection.execute(_QUERIES[name], dict(parameters)).fetchall()

    def fold(self, rows: Sequence[Row], history: History) -> None:
        """Take in the records that follow, in order; history: of what the archive has."""
        for some in split_at_days(rows):
            if archived := archived_numbers(some[0]):
                self._retire(archived)
            self._fold_some(some, history)

    def _fold_some(self, rows: Sequence[Row], history: History) -> None:
        before = self._known(_touched(rows), rows[0].seq - 1, history)
        after = dict(before)
        for row in rows:
            if not row.is_mark:
                entry = row.entry
                number = incident_number(entry.incident_id) or 0
                after[number] = fold(after.get(number), entry)
        self._replace(before, after)
        self.seq, self.hash = rows[-1].seq, rows[-1].hash

    def changes(self) -> pa.RecordBatchReader:
        """Every row that is new or changed since the last merge; `is_gone` for deleted ones."""
        return self._connection.sql(_QUERIES["changes"]).to_arrow_reader(_BATCH)

    def everything(self) -> tuple[pa.RecordBatchReader, int, str]:
        """Every row of the file, and up to which record; read beside other questions."""
        cursor = self._connection.cursor()
        cursor.begin()
        ((seq, row_hash, _),) = cursor.execute(_QUERIES["progress"]).fetchall()
        return cursor.sql(_QUERIES["everything"]).to_arrow_reader(_BATCH), seq, row_hash

    def take_in(self, part: Path, seq: int, row_hash: str) -> None:
        """Put a part of a snapshot into the file."""
        self._connection.begin()
        if self._top:
            self._connection.execute(_QUERIES["take_in_remove"], {"part": str(part)})
        self._connection.execute(_QUERIES["take_in_insert"], {"part": str(part)})
        self._set_progress(seq, row_hash)
        self._connection.commit()
        self._connection.execute("CHECKPOINT")
        self._read_progress()

    def merge(self) -> None:
        """Bring everything new into the file, and leave no write-ahead log."""
        self._connection.begin()
        self._connection.execute(_QUERIES["merge_remove"])
        self._connection.execute(_QUERIES["merge_insert"])
        self._set_progress(self.seq, self.hash)
        self._connection.commit()
        self._connection.execute("CHECKPOINT")
        self._read_progress()
        self._forget_news()

    def close(self) -> None:
        """Let go of the file, without what was not merged."""
        self._connection.close()

    def _set_progress(self, seq: int, row_hash: str) -> None:
        self._connection.execute(_QUERIES["forget_progress"])
        self._connection.execute(_QUERIES["note_progress"], {"seq": seq, "hash": row_hash})

    def _read_progress(self) -> None:
        ((self.seq, self.hash, self._top),) = self.ask("progress", {})
        self.merged_seq = self.seq

    def _forget_news(self) -> None:
        self._connection.execute(_QUERIES["memory"])
        self._stale.clear()
        self.changed = 0
        self._shape = ""
        self._take_shape()

    def _retire(self, numbers: list[int]) -> None:
        known = [number for number in numbers if number <= self._top and number not in self._stale]
        self._connection.execute(_QUERIES["retire"], {"numbers": numbers})
        if known:
            self._connection.execute(_QUERIES["retire_known"], {"numbers": known})
            self._mask(known)
        self.changed += len(numbers)
        self._take_shape()

    def _known(
        self, numbers: list[int], up_to_seq: int, history: History
    ) -> dict[int, Incident | None]:
        if not numbers:
            return {}
        of = {"numbers": numbers, "least": min(numbers), "most": max(numbers)}
        records = self.ask("records_of", of)
        known = {
            number: Incident.model_validate_json(record)
            if record is not None
            # It was archived: whoever touches it brings it back.
            else fold_all(row.entry for row in history(make_incident_id(number), up_to_seq))
            for number, record in records
        }
        return {number: known.get(number) for number in numbers}

    def _take_shape(self) -> None:
        """Have `incidents` look only where there is something: what is planned costs time."""
        shape = "masked" if self._stale else "grown" if self.changed else "merged"
        if shape != self._shape:
            self._connection.execute(_QUERIES[f"incidents_{shape}"])
            self._shape = shape

    def _mask(self, numbers: Collection[int]) -> None:
        self._connection.execute(_QUERIES["mask"], {"numbers": list(numbers)})
        self._stale.update(numbers)

    def _replace(
        self, before: Mapping[int, Incident | None], after: Mapping[int, Incident | None]
    ) -> None:
        if before:
            self._connection.execute(_QUERIES["remove"], {"numbers": list(before)})
        stale = {number for number in before if number <= self._top} - self._stale
        if stale:
            self._mask(stale)
        fresh = [columns_of(incident) for incident in after.values() if incident]
        if fresh:
            self._connection.register("arrived", pa.Table.from_pylist(fresh, schema=COLUMNS))
            self._connection.execute(_QUERIES["insert"])
            self._connection.unregister("arrived")
        self._count(before.values(), -1)
        self._count(after.values(), +1)
        self.changed += len(after)
        self._take_shape()

    def _count(self, incidents: Iterable[Incident | None], sign: int) -> None:
        for incident in incidents:
            if incident:
                self.tally.add(incident, sign)


def _touched(rows: Iterable[Row]) -> list[int]:
    """Numbers of the incidents that these records change, but do not open."""
    opened, touched = set[str](), dict[str, int]()
    for row in rows:
        if row.kind == IncidentOpened.kind:
            opened.add(row.incident_id)
        elif not row.is_mark and row.incident_id not in opened:
            touched[row.incident_id] = incident_number(row.incident_id) or 0
    return list(touched.values())
