"""How a followed thing moves, measured along its trail."""

import math
from collections.abc import Sequence
from typing import NamedTuple

RUNNING = 1.5
"""Body heights a second that nobody makes who walks."""
_SPAN_S = 0.7
_MOVING = 0.15
_STEP = 0.15
_DESCENT_S = 5.0
_SAME_SIZE = 0.15
_PACE_SPAN_S = 0.65
_PACE_STEP_S = 0.2
_PACE_MEMORY_S = 2.5
_PACE_POINTS = 12
_ROUNDING_S = 1e-6


class TrailPoint(NamedTuple):
    """Time in seconds, ground point and height in pixels."""

    at_s: float
    x: float
    y: float
    height: float


class Motion(NamedTuple):
    """Speed in body heights a second, heading in the picture, approach.

    heading_deg: 0 is right, 90 up, None where it hardly moves. approach: growth of its
    height, share a second.
    """

    speed: float = 0.0
    heading_deg: float | None = None
    approach: float = 0.0


class Pace(NamedTuple):
    """The speed that is kept up, in body heights a second, over the last second or so.

    That is the lesser of the speeds in the two halves of 0.65 s or more, both in about one
    direction: a box that jumps once, because two people swapped numbers, is
    fast in one of them only.

    speed: 0 while too little is known. points: the latest, twelve at most.
    """

    speed: float = 0.0
    points: tuple[TrailPoint, ...] = ()

    def after(self, now: TrailPoint) -> "Pace":
        """The pace with one more point."""
        points = self.points
        while points and now.at_s - points[0].at_s > _PACE_MEMORY_S:
            points = points[1:]
        halves = _halves(points, now)
        if not points or now.at_s - points[-1].at_s >= _PACE_STEP_S:
            points = (*points[1 - _PACE_POINTS :], now)
        if halves is None:
            return Pace(0.0, points)
        first, middle = halves
        speed = min(
            speed_between(first, middle), speed_between(middle, now), speed_between(first, now)
        )
        return Pace(speed, points)


def measure_motion(trail: Sequence[TrailPoint], now: TrailPoint, before: Motion) -> Motion:
    """Since the last point that is 0.7 s old; what it was before while there is none."""
    for point in reversed(trail):
        span_s = now.at_s - point.at_s
        if span_s >= _SPAN_S:
            return _between(point, now, span_s)
    return before


def speed_between(then: TrailPoint, now: TrailPoint) -> float:
    """Body heights a second."""
    height = max((then.height + now.height) / 2, 1.0)
    return math.hypot(now.x - then.x, now.y - then.y) / (now.at_s - then.at_s) / height


def ground_covered(trail: Sequence[TrailPoint]) -> tuple[float, float]:
    """Diagonal of the ground that a trail covers, and the length of its walk; body heights.

    Trembling on the spot is no walk.
    """
    if len(trail) < 2:
        return 0.0, 0.0
    _, xs, ys, heights = zip(*trail, strict=True)
    height = max(sum(heights) / len(heights), 1.0)
    diagonal = math.hypot(max(xs) - min(xs), max(ys) - min(ys))
    return diagonal / height, _walked(xs, ys, _STEP * height) / height


def came_down(first: TrailPoint, now: TrailPoint) -> float:
    """Body heights that feet came down in the first 5 s, rather down than aside.

    0 for what grew meanwhile: that walked towards the camera.
    """
    down, aside = now.y - first.y, abs(now.x - first.x)
    grew = abs(now.height / max(first.height, 1.0) - 1)
    if now.at_s - first.at_s > _DESCENT_S or down <= aside or grew > _SAME_SIZE:
        return 0.0
    return down / max(now.height, 1.0)


def _halves(points: Sequence[TrailPoint], now: TrailPoint) -> tuple[TrailPoint, TrailPoint] | None:
    """The last point that is 0.65 s old with one after it, and the one halfway from there."""
    latest = now.at_s - _PACE_SPAN_S + _ROUNDING_S
    for index in range(len(points) - 2, -1, -1):
        first = points[index]
        if first.at_s <= latest:
            halfway = (first.at_s + now.at_s) / 2
            return first, min(points[index + 1 :], key=lambda it: abs(it.at_s - halfway))
    return None


def _walked(xs: Sequence[float], ys: Sequence[float], step: float) -> float:
    """The length of a way in steps of at least this one."""
    length, last_x, last_y = 0.0, xs[0], ys[0]
    for x, y in zip(xs, ys, strict=True):
        distance = math.hypot(x - last_x, y - last_y)
        if distance >= step:
            length, last_x, last_y = length + distance, x, y
    return length


def _between(then: TrailPoint, now: TrailPoint, span_s: float) -> Motion:
    height = max((then.height + now.height) / 2, 1.0)
    right, down = now.x - then.x, now.y - then.y
    speed = math.hypot(right, down) / span_s / height
    growth = math.log(max(now.height, 1.0) / max(then.height, 1.0)) / span_s
    if speed < _MOVING:
        return Motion(speed, None, growth)
    heading = float(round(math.degrees(math.atan2(-down, right)) % 360))
    return Motion(speed, heading % 360, growth)


STILL, UNPACED = Motion(), Pace()
"""Before anything is known of it."""
