"""Incidents as CSV, JSON Lines or Parquet, page by page."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence

import pyarrow.parquet as pq

from aegis.domain.incident import Incident, IncidentPage, IncidentQuery
from aegis.domain.question import ExportForm
from data.archive_tables import INCIDENTS, tabulate_incidents

_PAGE = 500
_COLUMNS = tuple(name for name in INCIDENTS.names if name not in {"number", "record"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would compute."""


def export_incidents(
    find: Callable[[IncidentQuery], IncidentPage], query: IncidentQuery, form: ExportForm
) -> Iterator[bytes]:
    """All matches, newest first, in pieces; the query's limit and offset do not count.

    An incident that is opened meanwhile is left out, and none comes twice. CSV cells that a
    spreadsheet would take for a formula get an apostrophe in front.
    """
    pages = _pages(find, query)
    match form:
        case ExportForm.CSV:
            return _csv(pages)
        case ExportForm.JSONL:
            return _jsonl(pages)
        case ExportForm.PARQUET:
            return _parquet(pages)


def _pages(
    find: Callable[[IncidentQuery], IncidentPage], query: IncidentQuery
) -> Iterator[Sequence[Incident]]:
    cursor = None
    while True:
        page = find(query.model_copy(update={"limit": _PAGE, "offset": 0, "cursor": cursor}))
        yield page.incidents
        if page.next_cursor is None:
            return
        cursor = page.next_cursor


def _csv(pages: Iterator[Sequence[Incident]]) -> Iterator[bytes]:
    yield _lines([_COLUMNS])
    for incidents in pages:
        if incidents:
            yield _lines([_cells(incident) for incident in incidents])


def _jsonl(pages: Iterator[Sequence[Incident]]) -> Iterator[bytes]:
    for incidents in pages:
        if incidents:
            yield "".join(f"{incident.model_dump_json()}\n" for incident in incidents).encode()


def _parquet(pages: Iterator[Sequence[Incident]]) -> Iterator[bytes]:
    buffer = io.BytesIO()
    with pq.ParquetWriter(_Tail(buffer), INCIDENTS, compression="zstd") as writer:
        for incidents in pages:
            if incidents:
                writer.write_table(tabulate_incidents(incidents))
            yield _take(buffer)
    yield _take(buffer)


class _Tail(io.RawIOBase):
    """A file that can only be written on; what was written is taken away meanwhile."""

    def __init__(self, buffer: io.BytesIO) -> None:
        self._buffer = buffer
        self._written = 0

    def writable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """How much was written in all."""
        return self._written

    def write(self, content: bytes) -> int:  # type: ignore[override]
        """Keep it for the next piece."""
        count = self._buffer.write(content)
        self._written += count
        return count


def _take(buffer: io.BytesIO) -> bytes:
    content = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return content


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cells(incident: Incident) -> list[str]:
    told = incident.model_dump(mode="json", include=set(_COLUMNS))
    return [_cell(told[name]) for name in _COLUMNS]


def _cell(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    return f"'{value}" if value.startswith(_FORMULA) else value
