"""What SQL may ask: incidents, their actions and decisions, and observations, in Arrow files."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa

from aegis.domain.incident import Incident, IncidentPage, IncidentQuery
from aegis.errors import AegisError
from data.archive_folder import ArchiveFolder
from data.archive_tables import (
    ACTIONS,
    INCIDENTS,
    STATUS_HISTORY,
    tabulate_actions,
    tabulate_decisions,
    tabulate_incidents,
)
from data.observation_archive import DATASET

_PAGE = 1000
_OBSERVED = ["captured_at", "camera_id", "visit", "model", "labels", "track_ids"]
_OBSERVATIONS = pa.schema(
    [
        ("captured_at", pa.timestamp("us", tz="UTC")),
        ("camera_id", pa.string()),
        ("visit", pa.int64()),
        ("model", pa.string()),
        ("labels", pa.list_(pa.string())),
        ("track_ids", pa.list_(pa.int64())),
    ]
)
TABLES = {
    "incidents": [name for name in INCIDENTS.names if name != "record"],
    "actions": ACTIONS.names,
    "status_history": STATUS_HISTORY.names,
    "observations": _OBSERVED,
}
"""The columns of each table, for documents and errors."""


def write_snapshot(
    folder: Path, find: Callable[[IncidentQuery], IncidentPage], archive: ArchiveFolder
) -> None:
    """Put a file for each table, `TABLE.arrow`, into a folder."""
    incidents = _open(folder / "incidents.arrow", INCIDENTS.remove(_record_at()))
    actions = _open(folder / "actions.arrow", ACTIONS)
    decisions = _open(folder / "status_history.arrow", STATUS_HISTORY)
    with incidents, actions, decisions:
        for page in _pages(find):
            incidents.write_table(tabulate_incidents(page).drop_columns("record"))
            actions.write_table(tabulate_actions(page))
            decisions.write_table(tabulate_decisions(page))
    with _open(folder / "observations.arrow", _OBSERVATIONS) as observations:
        for table in _observed(archive):
            observations.write_table(table.cast(_OBSERVATIONS))


def _record_at() -> int:
    return int(INCIDENTS.get_field_index("record"))


def _open(path: Path, schema: pa.Schema) -> pa.RecordBatchFileWriter:
    return pa.ipc.new_file(str(path), schema)


def _pages(find: Callable[[IncidentQuery], IncidentPage]) -> Iterator[list[Incident]]:
    cursor: str | None = None
    while True:
        page = find(IncidentQuery(limit=_PAGE, cursor=cursor))
        yield list(page.incidents)
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _observed(archive: ArchiveFolder) -> Iterator[pa.Table]:
    for day in archive.days(DATASET):
        for file in archive.files(DATASET, day):
            try:
                yield archive.read_file(DATASET, day, file, _OBSERVED)
            except AegisError as error:
                raise AegisError(json.dumps({"file": file.name})) from error
