"""Questions beyond the list of incidents: exports and SQL."""

from enum import StrEnum
from typing import Any

from aegis.domain.value import Value


class ExportForm(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """For the Content-Type."""
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    ExportForm.CSV: "text/csv; charset=utf-8",
    ExportForm.JSONL: "application/x-ndjson",
    ExportForm.PARQUET: "application/vnd.apache.parquet",
}


class SqlAnswer(Value):
    """The rows of a question in SQL.

    rows: values as JSON has them, instants as ISO 8601. is_cut: there were more rows than
    are given. elapsed_ms: measured, without the making of the snapshot that was asked.
    """

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool = False
    elapsed_ms: int = 0
