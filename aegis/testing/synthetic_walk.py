"""Where somebody is at a moment, who walks over a floor from stop to stop."""

from dataclasses import dataclass
from itertools import pairwise
from math import atan2, hypot, pi, sin

from aegis.testing.synthetic_figure import Look, Pose
from aegis.testing.synthetic_room import VANISHING_Y

_SPEED = 0.8
_STEP_PAIR = 0.85
_NEAR_HEIGHT = 0.66
_DEPTH_IN_HEIGHTS = 3.0
_FIRST_STRIDE_S = 0.4


@dataclass(frozen=True, slots=True)
class Stop:
    """A place on the floor and how long somebody stays there.

    x: across the floor, 0.5 is its middle and 0 and 1 are the picture's edges right before
    the camera; y: of the feet, as a fraction of the picture's height.
    """

    x: float
    y: float
    stay_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who enters at the first stop at `enters_s` and leaves at the last one."""

    track_id: int
    enters_s: float
    look: Look
    stops: tuple[Stop, ...]


@dataclass(frozen=True, slots=True)
class Standpoint:
    """feet: (x, y) as fractions of width and height; height: fraction of the picture's."""

    feet: tuple[float, float]
    height: float
    pose: Pose


def leaves_s(visitor: Visitor, aspect: float) -> float:
    """When the last stop is left; aspect: width of the picture over its height."""
    walking_s = sum(_leg_s(start, end, aspect) for start, end in pairwise(visitor.stops))
    return visitor.enters_s + walking_s + sum(stop.stay_s for stop in visitor.stops)


def locate(visitor: Visitor, moment_s: float, aspect: float) -> Standpoint | None:
    """Where and how the visitor stands at a moment; None before entering and after leaving."""
    since_s, walked = moment_s - visitor.enters_s, 0.0
    if since_s < 0:
        return None
    for start, end in pairwise(visitor.stops):
        if since_s < start.stay_s:
            return _standing(start, since_s)
        since_s -= start.stay_s
        leg_s = _leg_s(start, end, aspect)
        if since_s < leg_s:
            return _walking(start, end, (since_s, leg_s), walked, aspect)
        since_s -= leg_s
        walked += leg_s * _SPEED
    last = visitor.stops[-1]
    return _standing(last, since_s) if since_s < last.stay_s else None


def _walking(
    start: Stop, end: Stop, progress_s: tuple[float, float], walked: float, aspect: float
) -> Standpoint:
    since_s, leg_s = progress_s
    share = since_s / leg_s
    across, away = _distances(start, end, aspect)
    stride = min(1.0, since_s / _FIRST_STRIDE_S, (leg_s - since_s) / _FIRST_STRIDE_S)
    pose = Pose(
        heading=atan2(across, away),
        phase=2 * pi * (walked + since_s * _SPEED) / _STEP_PAIR,
        stride=max(0.2, stride),
    )
    x, y = start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share
    return _stand(x, y, pose)


def _standing(stop: Stop, since_s: float) -> Standpoint:
    """Nobody stands still: the weight shifts and the eyes wander."""
    pose = Pose(heading=0.5 * sin(0.7 * since_s), phase=0.5 * since_s, stride=0.12)
    return _stand(stop.x + 0.004 * sin(0.9 * since_s), stop.y, pose)


def _stand(x: float, y: float, pose: Pose) -> Standpoint:
    return Standpoint((0.5 + (x - 0.5) * _nearness(y), y), _NEAR_HEIGHT * _nearness(y), pose)


def _nearness(y: float) -> float:
    """1 at the picture's lower edge, 0 where the floor's lines meet."""
    return (y - VANISHING_Y) / (1 - VANISHING_Y)


def _leg_s(start: Stop, end: Stop, aspect: float) -> float:
    return hypot(*_distances(start, end, aspect)) / _SPEED


def _distances(start: Stop, end: Stop, aspect: float) -> tuple[float, float]:
    """Across and towards the camera, in body heights."""
    middle = _NEAR_HEIGHT * _nearness((start.y + end.y) / 2)
    return (end.x - start.x) * aspect / _NEAR_HEIGHT, _DEPTH_IN_HEIGHTS * (end.y - start.y) / middle
