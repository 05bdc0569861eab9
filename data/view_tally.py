"""Counts over all incidents, kept up to date instead of counted."""

import math
from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from aegis.domain.incident import Incident

QUARTER = timedelta(minutes=15)
"""Midnights of every zone in use fall between two quarters of an hour."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PARTS = 1_000_000


class Facet(NamedTuple):
    """What incidents are counted by."""

    type: str
    severity: str
    status: str


class Tally:
    """How many incidents there are of each facet, camera and quarter of an hour.

    Whole numbers only, so that the order in which incidents came makes no difference.
    """

    def __init__(self) -> None:
        self.total = 0
        self._facets: Counter[Facet] = Counter()
        self._cameras: dict[str, Counter[Facet]] = {}
        self._quarters: Counter[int] = Counter()
        self._known_quarters: list[int] = []
        self._confidence = 0

    def add_all(self, facet: Facet, count: int, confidence_parts: int) -> None:
        """Count many incidents of one kind; `add_camera` and `add_quarter` besides."""
        self.total += count
        self._facets[facet] += count
        self._confidence += confidence_parts

    def add_camera(self, camera_id: str, facet: Facet, count: int) -> None:
        """Count those that a camera saw; several may have seen one."""
        self._cameras.setdefault(camera_id, Counter())[facet] += count

    def add_quarter(self, quarter: int, count: int) -> None:
        """Count when they happened; quarter: so many since 1970."""
        if quarter not in self._quarters:
            insort(self._known_quarters, quarter)
        self._quarters[quarter] += count

    def add(self, incident: Incident, sign: int = 1) -> None:
        """Count an incident, or with -1 no more."""
        facet = Facet(incident.type, incident.severity, incident.status)
        parts = math.floor(incident.confidence * _PARTS + 0.5)
        self.add_all(facet, sign, sign * parts)
        for camera_id in set(incident.cameras):
            self.add_camera(camera_id, facet, sign)
        self.add_quarter(_quarter(incident.timestamp), sign)

    @property
    def average_confidence(self) -> float:
        """0 to 100; 0 when there is nothing."""
        return self._confidence / _PARTS / self.total if self.total else 0.0

    def count(
        self,
        types: Collection[str] = (),
        severities: Collection[str] = (),
        statuses: Collection[str] = (),
        camera_id: str | None = None,
    ) -> int:
        """How many incidents match; an empty filter matches everything."""
        facets = self._facets if camera_id is None else self._cameras.get(camera_id, Counter())
        return sum(
            count
            for facet, count in facets.items()
            if (not types or facet.type in types)
            and (not severities or facet.severity in severities)
            and (not statuses or facet.status in statuses)
        )

    def by_type(self) -> dict[str, int]:
        """How many of each type there are, where there are any."""
        return self._by(lambda facet: facet.type)

    def by_severity(self) -> dict[str, int]:
        """How many of each severity there are, where there are any."""
        return self._by(lambda facet: facet.severity)

    def between(self, begin: datetime, end: datetime) -> int:
        """How many happened from a full quarter of an hour on, before another."""
        return sum(self._quarters[quarter] for quarter in range(_quarter(begin), _quarter(end)))

    def floor_of_newest(self, wanted: int, before: datetime | None) -> datetime | None:
        """A moment after which at least so many happened that are not after `before`.

        None when there are not so many.
        """
        known = self._known_quarters
        place = len(known) if before is None else bisect_right(known, _quarter(before)) - 1
        for index in range(place - 1, -1, -1):
            wanted -= self._quarters[known[index]]
            if wanted <= 0:
                return _EPOCH + known[index] * QUARTER
        return None

    def _by(self, name: Callable[[Facet], str]) -> dict[str, int]:
        counts: Counter[str] = Counter()
        for facet, count in self._facets.items():
            counts[name(facet)] += count
        return {key: count for key, count in counts.items() if count}


def _quarter(moment: datetime) -> int:
    return (moment - _EPOCH) // QUARTER
