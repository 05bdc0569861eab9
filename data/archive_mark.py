"""What the journal says of the archive: which incidents of a day went there."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby, pairwise
from typing import ClassVar, Protocol

from data.entry import Row
from data.mark import Mark


class DayArchived(Mark):
    """From here on a day's Parquet file has the records of these incidents, not the view.

    spans: first and last number of each unbroken run. sha256: of the file. Any later record
    of an incident brings it back into the view.
    """

    kind: ClassVar[str] = "day_archived"

    day: date
    spans: tuple[tuple[int, int], ...]
    sha256: str

    @classmethod
    def of(cls, day: date, numbers: Iterable[int], sha256: str) -> "DayArchived":
        """The mark for these incidents."""
        runs = groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0])
        members = ([number for _, number in run] for _, run in runs)
        return cls(day=day, spans=tuple((run[0], run[-1]) for run in members), sha256=sha256)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the incidents, ascending."""
        return [number for first, last in self.spans for number in range(first, last + 1)]


class ArchivedRecords(Protocol):
    """Where the views find what they let go of."""

    def records(self, day: date, numbers: Sequence[int]) -> dict[int, str]:
        """Records as JSON by number; those that cannot be read are left out."""


def archived_numbers(row: Row) -> list[int]:
    """The incidents that go to the archive with this row; none for any other row."""
    if row.kind != DayArchived.kind:
        return []
    return DayArchived.model_validate_json(row.payload).numbers


def split_at_days(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The rows in order, a new part before every row that archives a day."""
    starts = [index for index, row in enumerate(rows) if row.kind == DayArchived.kind]
    bounds = [0, *(start for start in starts if start), len(rows)]
    return [rows[begin:end] for begin, end in pairwise(bounds)]
