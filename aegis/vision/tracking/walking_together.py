"""Who is in whose company; distances in heights of the greater one."""

import math
from collections.abc import Iterable, Iterator

from aegis.vision.tracking.track_memory import TrackMemory

_COMPANY = 1.5
"""People with their feet so near are together."""

_SAME_SPEED = 0.35


def apart(one: TrackMemory, other: TrackMemory) -> float:
    """From feet to feet where they were last seen."""
    if one.now is None or other.now is None:
        return math.inf
    away = math.hypot(one.now.x - other.now.x, one.now.y - other.now.y)
    return away / max(one.now.height, other.now.height, 1.0)


def are_together(one: TrackMemory, other: TrackMemory) -> bool:
    """Whether they stand or walk side by side; who only passes by is no company."""
    same = abs(one.motion.speed - other.motion.speed) <= _SAME_SPEED
    return same and apart(one, other) <= _COMPANY


def companions(people: Iterable[TrackMemory]) -> Iterator[tuple[TrackMemory, TrackMemory]]:
    """All pairs who are together; from left to right, so that few of them are looked at."""
    ordered = sorted(((it.now, it) for it in people if it.now), key=lambda pair: pair[0].x)
    reach = _COMPANY * max([1.0, *(now.height for now, _ in ordered)])
    for index, (here, one) in enumerate(ordered):
        for there, other in ordered[index + 1 :]:
            if there.x - here.x > reach:
                break
            if abs(there.y - here.y) <= reach and are_together(one, other):
                yield one, other
