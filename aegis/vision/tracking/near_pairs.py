"""Who is near whom; distances in heights of the greater one."""

import math
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import NamedTuple

from aegis.vision.tracking.track_memory import TrackMemory

_NEAR = 1.5
_CLOSE = 0.5
_SAME_SPEED = 0.35


class NearPair(NamedTuple):
    """Two people with their feet within 1.5 heights; away: from feet to feet.

    ids: of both, the lesser one first.
    """

    ids: tuple[int, int]
    one: TrackMemory
    other: TrackMemory
    away: float

    @property
    def is_close(self) -> bool:
        """Whether they are at close quarters, half a height from each other."""
        return self.away <= _CLOSE

    @property
    def is_company(self) -> bool:
        """Whether they stand or walk side by side; who only passes by is no company."""
        return abs(self.one.motion.speed - self.other.motion.speed) <= _SAME_SPEED


def near_pairs(people: Iterable[tuple[int, TrackMemory]]) -> Iterator[NearPair]:
    """All pairs of these, given with their ids, who are near each other where last seen.

    They are looked through from left to right, so that few are compared.
    """
    seen = (
        (one.now.x, one.now.y, one.now.height, number, one) for number, one in people if one.now
    )
    ordered = sorted(seen, key=itemgetter(0))
    reach = _NEAR * max([1.0, *(height for _, _, height, _, _ in ordered)])
    for place, (x, y, height, number, one) in enumerate(ordered, 1):
        for its_x, its_y, its_height, its_number, other in ordered[place:]:
            if its_x - x > reach:
                break
            away = math.hypot(its_x - x, its_y - y) / max(height, its_height, 1.0)
            if away <= _NEAR:
                ids = (min(number, its_number), max(number, its_number))
                yield NearPair(ids, one, other, away)
