"""Which incidents a page shows, found without looking at all of them."""

from datetime import datetime
from typing import Any

from aegis.domain.incident import IncidentQuery
from data.page_cursor import PageCursor
from data.view_row import to_column_time
from data.view_tables import Rows, ViewTables

_LONG_AGO, _FAR_OFF = datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59, 999999)  # noqa: DTZ001
_MARGIN = 2
"""Matches are looked for among so many times more incidents than should do."""


class PageChoice:
    """Finds a page's records and the count of all matches.

    How many match is known from the tally, unless it depends on a date or on text; and so is
    about how far back the page can reach, so that only that stretch of time is looked at.
    Raises ValidationFailed for a cursor that is not ours.
    """

    def __init__(self, query: IncidentQuery) -> None:
        self._query = query
        self._place = PageCursor.parse(query.cursor) if query.cursor else None
        self._offset = 0 if self._place else query.offset

    def read(self, tables: ViewTables) -> tuple[int, Rows]:
        """The count of all matches, and the page's rows; one more tells of a next page."""
        query = self._query
        if query.text or query.from_date or query.to_date:
            total, numbers = self._search(tables)
        else:
            total, numbers = self._pick(tables)
        if not numbers:
            return total, []
        wanted = {"numbers": numbers, "least": min(numbers), "most": max(numbers)}
        return total, tables.ask("records", wanted)

    def _search(self, tables: ViewTables) -> tuple[int, list[int]]:
        query = self._query
        begin = to_column_time(query.from_date) if query.from_date else _LONG_AGO
        end = to_column_time(query.to_date) if query.to_date else _FAR_OFF
        rows = tables.ask("search", self._filters(begin, end))
        return rows[0][0], [number for _, number in rows if number is not None]

    def _pick(self, tables: ViewTables) -> tuple[int, list[int]]:
        query, tally = self._query, tables.tally
        total = tally.count(query.types, query.severities, query.statuses, query.camera_id)
        if not total:
            return 0, []
        before = self._place.happened_at if self._place else None
        end = to_column_time(before) if before else _FAR_OFF
        share = tally.total / total
        floor = tally.floor_of_newest(int((self._most + self._offset) * share * _MARGIN), before)
        if floor:
            numbers = self._numbers(tables, to_column_time(floor), end)
            if len(numbers) == self._most:
                return total, numbers
        return total, self._numbers(tables, _LONG_AGO, end)

    def _numbers(self, tables: ViewTables, begin: datetime, end: datetime) -> list[int]:
        return [number for (number,) in tables.ask("page", self._filters(begin, end))]

    @property
    def _most(self) -> int:
        return self._query.limit + 1

    def _filters(self, begin: datetime, end: datetime) -> dict[str, Any]:
        query, place = self._query, self._place
        return {
            "statuses": list(query.statuses) or None,
            "severities": list(query.severities) or None,
            "types": list(query.types) or None,
            "from_date": begin,
            "to_date": end,
            "camera_id": query.camera_id,
            "text": query.text.casefold() if query.text else None,
            "after_time": place and to_column_time(place.happened_at),
            "after_number": place and place.number,
            "limit": self._most,
            "offset": self._offset,
        }
