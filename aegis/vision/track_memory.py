"""What is remembered of one thing that is followed through a scene."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, Self

_SMOOTHING = 0.4
_PRESENCE_GAIN = 0.2
_MOSTLY = 0.5
_IN_A_ROW = 0.59
_LASTING_S = 0.79
_RARE_S = 1.5
_TRAIL_STEP_S = 1.0
_TRAIL_LENGTH = 60
_SPEED_SPAN_S = 0.7
_REENTRY_S = 3.0
_SETTLING_S = 1.0
_MISSED_S = 3.8
_BRIEFLY_S = 1.5
_STOOD_STILL = 0.6
_ROUNDING = 1e-6


class Sighting(NamedTuple):
    """One frame's view of it: time in seconds, ground point and height in pixels."""

    at_s: float
    x: float
    y: float
    height: float
    score: float


@dataclass(slots=True)
class _Stay:
    entered_s: float
    last_inside_s: float


@dataclass(slots=True)
class TrackMemory:
    """A track from its first sighting; all times are the frames' own, in seconds.

    belief_score: the smoothed score it takes to be believed.
    presence: 0 to 1, how regularly the last second or last five frames showed it; what the
    detector imagines in one frame of three stays below a half.
    """

    label: str
    belief_score: float
    first_seen_s: float
    last_seen_s: float
    last_frame: int
    mean_score: float
    frames: int = 0
    presence: float = 0.5
    speed: float = 0.0
    trail: deque[tuple[float, float, float, float]] = field(
        default_factory=lambda: deque(maxlen=_TRAIL_LENGTH)
    )
    _believed: Sighting | None = None
    _stays: dict[str, _Stay] = field(default_factory=dict)

    @classmethod
    def begin(cls, label: str, belief_score: float, sighting: Sighting, frame: int) -> Self:
        """A track before its first frame is added with `add`."""
        return cls(label, belief_score, sighting.at_s, sighting.at_s, frame, sighting.score)

    def add(self, sighting: Sighting, zones: Iterable[str], frame: int) -> bool:
        """Remember one more frame and the zones it was in; whether it is somebody else now.

        frame: the camera's count so far.
        """
        last_seen_s, was_in = self.last_seen_s, self.zones()
        missed = max(0, frame - self.last_frame - 1)
        interval_s = (sighting.at_s - self.last_seen_s) / (missed + 1)
        gain = min(_PRESENCE_GAIN, 1 - math.exp(-interval_s))
        self.presence *= (1 - gain) ** missed
        self.presence += gain * (1 - self.presence)
        self.mean_score += _SMOOTHING * (sighting.score - self.mean_score)
        self.speed = self._measure_speed(sighting)
        self.frames += 1
        self.last_seen_s, self.last_frame = sighting.at_s, frame
        self._enter(zones, was_in, sighting.at_s)
        is_somebody_else = self._believe(sighting, last_seen_s)
        if not self.trail or sighting.at_s - self.trail[-1][0] >= _TRAIL_STEP_S:
            self.trail.append((sighting.at_s, sighting.x, sighting.y, sighting.height))
        return is_somebody_else

    def zones(self) -> frozenset[str]:
        """Where it was when last seen."""
        return frozenset(
            name for name, stay in self._stays.items() if stay.last_inside_s == self.last_seen_s
        )

    def stay_s(self, zone: str, at_s: float) -> float:
        """How long it has been in a zone without leaving."""
        stay = self._stays.get(zone)
        return max(0.0, at_s - stay.entered_s) if stay else 0.0

    @property
    def dwell_s(self) -> float:
        """Seconds from the first to the last sighting."""
        return self.last_seen_s - self.first_seen_s

    @property
    def is_steady(self) -> bool:
        """Whether it was seen often, long, regularly and clearly enough to be believed.

        Three frames over 0.8 s, most of those between too; or two in a row where frames
        are over 1.5 s apart.
        """
        lasting = self.dwell_s >= (_LASTING_S if self.frames >= 3 else _RARE_S)
        regular = self.presence >= (_MOSTLY if self.frames >= 3 else _IN_A_ROW)
        clear = self.mean_score >= self.belief_score - _ROUNDING
        return self.frames >= 2 and lasting and regular and clear

    @property
    def roam(self) -> float:
        """Diagonal of the ground it covered in the last minute, in body heights."""
        if len(self.trail) < 2:
            return 0.0
        _, xs, ys, heights = zip(*self.trail, strict=True)
        diagonal = ((max(xs) - min(xs)) ** 2 + (max(ys) - min(ys)) ** 2) ** 0.5
        return float(diagonal / max(sum(heights) / len(heights), 1.0))

    def _enter(self, zones: Iterable[str], was_in: frozenset[str], at_s: float) -> None:
        """Begin or continue stays; they outlast an absence of 3 s."""
        for name in zones:
            stay = self._stays.get(name)
            if stay and (name in was_in or at_s - stay.last_inside_s <= _REENTRY_S):
                stay.last_inside_s = at_s
            else:
                self._stays[name] = _Stay(at_s, at_s)

    def _believe(self, sighting: Sighting, last_seen_s: float) -> bool:
        """Tell somebody missed for a while from somebody new whom the tracker took for him.

        With somebody new the track begins anew, at most a second or two frames ago.
        """
        if not self.is_steady:
            return False
        last = self._believed
        went_on = last is not None and (last.at_s == last_seen_s or _is_back(last, sighting))
        if not went_on:
            came_s = sighting.at_s - max(_SETTLING_S, 2 * (sighting.at_s - last_seen_s))
            self.first_seen_s = max(self.first_seen_s, came_s)
            while self.trail and self.trail[0][0] < self.first_seen_s:
                self.trail.popleft()
            for stay in self._stays.values():
                stay.entered_s = max(stay.entered_s, self.first_seen_s)
        self._believed = sighting
        return last is not None and not went_on

    def _measure_speed(self, sighting: Sighting) -> float:
        """Body heights a second since the last point of the trail that is old enough."""
        for at_s, x, y, height in reversed(self.trail):
            span = sighting.at_s - at_s
            if span >= _SPEED_SPAN_S:
                distance = ((sighting.x - x) ** 2 + (sighting.y - y) ** 2) ** 0.5
                return float(distance / span / max((sighting.height + height) / 2, 1.0))
        return self.speed


def _is_back(last: Sighting, now: Sighting) -> bool:
    """Hardly gone at all, or missed for a few seconds and still where it stood."""
    gap_s = now.at_s - last.at_s
    distance = ((now.x - last.x) ** 2 + (now.y - last.y) ** 2) ** 0.5
    stood_still = distance <= _STOOD_STILL * max(last.height, now.height)
    return gap_s <= _BRIEFLY_S or (gap_s <= _MISSED_S and stood_still)
