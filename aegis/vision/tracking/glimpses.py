"""What was seen too faintly or too rarely to be followed, kept for a moment."""

import math
from collections.abc import Iterable
from copy import copy
from typing import NamedTuple, Self

from aegis.domain.observation import Box
from aegis.vision.tracking.last_seen import middle_of
from aegis.vision.tracking.motion import RUNNING, TrailPoint, speed_between

_KEPT_S = 2.5
_MOST = 64
_MISSED_S = 1.1
_ASTRAY = 0.5
_SAME_SIZE = 0.7


class Glimpse(NamedTuple):
    """A detection that is not followed, or for the first time: box in pixels, time in seconds."""

    label: str
    box: Box
    at_s: float
    track_id: int


class Glimpses:
    """Those of the last 2.5 s, 64 at most.

    Who runs through a picture is seen in a few frames, and faintly in some of them: once he
    is seen clearly in two, how he came is told by the glimpses before.
    """

    def __init__(self) -> None:
        self._kept: tuple[Glimpse, ...] = ()
        self._began_s = float("inf")

    def copy(self) -> Self:
        """Others that go on by themselves."""
        return copy(self)

    def see(self, glimpses: Iterable[Glimpse], at_s: float) -> None:
        """Remember those of one more frame."""
        self._began_s = min(self._began_s, at_s)
        lately = (it for it in self._kept if at_s - it.at_s <= _KEPT_S)
        self._kept = (*lately, *glimpses)[-_MOST:]

    def take(self, track_id: int) -> Glimpse | None:
        """The first sight of this track, which is a glimpse no more."""
        first = next((it for it in self._kept if it.track_id == track_id), None)
        self._kept = tuple(it for it in self._kept if it.track_id != track_id)
        return first

    def way_to(self, first: Glimpse, now: Glimpse) -> list[TrailPoint]:
        """How a runner came who is seen twice, now and before; the oldest point first.

        Empty where nothing fits.
        """
        way = [now, first]
        while (earlier := self._before(way[-1], way[-2])) is not None:
            way.append(earlier)
        return [_point(it) for it in reversed(way[2:])]

    def ran_through(self, first: Glimpse, now: Glimpse, interval_s: float, width: int) -> bool:
        """Whether no other frame could show it: before these it was left or right of the picture.

        So it will be after them. interval_s: between frames. width: of the frame, pixels.
        """
        (x0, _), (x1, _) = middle_of(first.box), middle_of(now.box)
        stride = (x1 - x0) / (now.at_s - first.at_s) * interval_s
        came_from, goes_to = sorted((x0 - stride, x1 + stride))
        return first.at_s > self._began_s and came_from < 0 and goes_to > width

    def _before(self, this: Glimpse, later: Glimpse) -> Glimpse | None:
        fitting = (it for it in self._kept if _leads_to(it, this, later))
        return max(fitting, key=lambda it: it.at_s, default=None)


def is_running(first: Glimpse, now: Glimpse) -> bool:
    """Whether this is no walk."""
    return speed_between(_point(first), _point(now)) >= RUNNING


def _leads_to(it: Glimpse, this: Glimpse, later: Glimpse) -> bool:
    """Whether it is as tall, and about where it had to be to go on as it did."""
    gap_s, height, tall = this.at_s - it.at_s, _height(this), _height(it)
    if it.label != this.label or not 0 < gap_s <= _MISSED_S:
        return False
    if min(tall, height) < _SAME_SIZE * max(tall, height):
        return False
    share = gap_s / (later.at_s - this.at_s)
    (x0, y0), (x, y), (x1, y1) = middle_of(it.box), middle_of(this.box), middle_of(later.box)
    aside, below = x - share * (x1 - x) - x0, y - share * (y1 - y) - y0
    return math.hypot(aside, below) <= _ASTRAY * height


def _point(it: Glimpse) -> TrailPoint:
    return TrailPoint(it.at_s, middle_of(it.box)[0], it.box[3], _height(it))


def _height(it: Glimpse) -> float:
    return max(it.box[3] - it.box[1], 1.0)
