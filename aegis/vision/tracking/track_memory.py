"""What is remembered of one thing that is followed through a scene."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import reduce
from operator import attrgetter
from typing import NamedTuple, Self

from aegis.domain.observation import Entry
from aegis.vision.tracking.line_crossing import Passage
from aegis.vision.tracking.motion import (
    RUNNING,
    STILL,
    UNPACED,
    Motion,
    Pace,
    TrailPoint,
    came_down,
    ground_covered,
    measure_motion,
    speed_between,
)
from aegis.vision.tracking.stays import NOWHERE, Stays

_SMOOTHING_S = 1.0
_MOST_OF_SCORE = 0.4
_PRESENCE_GAIN = 0.2
_MOSTLY = 0.5
_IN_A_ROW = 0.59
_LASTING_S = 0.79
_RARE_S = 1.5
_RUNNING_S = 0.65
_TRAIL_STEP_S = 1.0
_TRAIL_LENGTH = 60
_PASSAGES = 8
_SETTLING_S = 1.0
_HALTED = 0.35
MISSED_S = 3.8
"""So long somebody who stood still is waited for whom the detector no longer sees."""
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
class TrackMemory:
    """A track from its first sighting; all times are the frames' own, in seconds.

    belief_score: the smoothed score it takes to be believed.
    presence: 0 to 1, how regularly the last second or last five frames showed it; what the
    detector imagines in one frame of three stays below a half.
    company_s: when it was last in the company of another person.
    roam, path: diagonal of the ground it covered and length of its walk in the last minute,
    body heights.
    clear_points: by tripwire, where it last stood clearly on one side, as fractions.

    ran_through: whether it ran through all of the picture in its two frames.

    Every field holds a value that is replaced and never changed in place: copies share them.
    """

    label: str
    belief_score: float
    first_seen_s: float
    last_seen_s: float
    last_frame: int
    mean_score: float
    came_by: Entry = "unknown"
    frames: int = 0
    presence: float = 0.5
    motion: Motion = STILL
    pace: Pace = UNPACED
    descent: float = 0.0
    company_s: float = float("-inf")
    now: TrailPoint | None = None
    roam: float = 0.0
    path: float = 0.0
    trail: tuple[TrailPoint, ...] = ()
    stays: Stays = NOWHERE
    halts: Stays = NOWHERE
    contacts: Stays = NOWHERE
    clear_points: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    passages: tuple[Passage, ...] = ()
    ran_through: bool = False
    _believed: Sighting | None = None

    @classmethod
    def begin(
        cls, label: str, belief_score: float, sighting: Sighting, frame: int, came_by: Entry
    ) -> Self:
        """A track before its first frame is added with `add`."""
        at_s = sighting.at_s
        return cls(label, belief_score, at_s, at_s, frame, sighting.score, came_by)

    def copy(self) -> Self:
        """One that goes on by itself."""
        return type(self)(*_all_fields(self))

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
        share = min(_MOST_OF_SCORE, 1 - math.exp(-(sighting.at_s - last_seen_s) / _SMOOTHING_S))
        self.mean_score += share * (sighting.score - self.mean_score)
        self.frames += 1
        self.ran_through = False
        self.last_seen_s, self.last_frame = sighting.at_s, frame
        self.stays = self.stays.after(zones, was_in, sighting.at_s)
        is_somebody_else = self._believe(sighting, last_seen_s)
        self._move(TrailPoint(sighting.at_s, sighting.x, sighting.y, sighting.height))
        if self.motion.speed <= _HALTED and self.dwell_s >= _SETTLING_S:
            self.halts = self.halts.after(self.zones(), frozenset(), sighting.at_s)
        return is_somebody_else

    def precede(self, points: Sequence[TrailPoint]) -> None:
        """Remember where it was glimpsed before its first frame, oldest first."""
        if not points:
            return
        self.first_seen_s = points[0].at_s
        self.frames += len(points)
        self.trail = (*points, *self.trail)
        self.pace = reduce(Pace.after, [*points, *self.pace.points], UNPACED)

    def run_through(self) -> None:
        """Know that no frame but its two could show it: all of the picture lay between them."""
        if self.now is not None:
            self.ran_through = True
            self.pace = self.pace._replace(speed=speed_between(self.trail[0], self.now))

    def cross(self, passage: Passage) -> None:
        """Remember that it crossed a line; of eight the latest."""
        self.passages = (passage, *self.passages)[:_PASSAGES]

    def zones(self) -> frozenset[str]:
        """Where it was when last seen."""
        return self.stays.present(self.last_seen_s)

    @property
    def dwell_s(self) -> float:
        """Seconds from the first to the last sighting."""
        return self.last_seen_s - self.first_seen_s

    @property
    def is_steady(self) -> bool:
        """Whether it was seen often, long, regularly and clearly enough to be believed.

        Three frames over 0.8 s, or 0.65 s of who runs one way, most of those between too; or
        two in a row where frames are over 1.5 s apart, or where no third could show it.
        """
        clear = self.mean_score >= self.belief_score - _ROUNDING
        if self.ran_through:
            return clear
        lasting_s = _RUNNING_S if self.pace.speed >= RUNNING else _LASTING_S
        lasting = self.dwell_s >= (lasting_s if self.frames >= 3 else _RARE_S)
        regular = self.presence >= (_MOSTLY if self.frames >= 3 else _IN_A_ROW)
        return self.frames >= 2 and lasting and regular and clear

    def _move(self, now: TrailPoint) -> None:
        self.motion = measure_motion(self.trail, now, self.motion)
        self.pace = self.pace.after(now)
        self.now = now
        if self.trail:
            self.descent = max(self.descent, came_down(self.trail[0], now))
        if not self.trail or now.at_s - self.trail[-1].at_s >= _TRAIL_STEP_S:
            self.trail = (*self.trail[1 - _TRAIL_LENGTH :], now)
            self._measure_ground()

    def _measure_ground(self) -> None:
        self.roam, self.path = ground_covered(self.trail)

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
            self._begin_anew(came_s, is_new=last is not None)
        self._believed = sighting
        return last is not None and not went_on

    def _begin_anew(self, came_s: float, *, is_new: bool) -> None:
        self.first_seen_s = max(self.first_seen_s, came_s)
        self.trail = tuple(it for it in self.trail if it.at_s >= self.first_seen_s)
        self._measure_ground()
        self.stays = self.stays.begun_anew(self.first_seen_s)
        self.halts = self.halts.begun_anew(self.first_seen_s)
        self.contacts = self.contacts.begun_anew(self.first_seen_s)
        if is_new:
            self.passages, self.clear_points = (), {}
            self.pace = self.pace._replace(points=())
            self.descent, self.came_by = 0.0, "unknown"
            self.company_s = float("-inf")


_all_fields = attrgetter(*(it.name for it in fields(TrackMemory)))


def _is_back(last: Sighting, now: Sighting) -> bool:
    """Hardly gone at all, or missed for a few seconds and still where it stood."""
    gap_s = now.at_s - last.at_s
    distance = ((now.x - last.x) ** 2 + (now.y - last.y) ** 2) ** 0.5
    stood_still = distance <= _STOOD_STILL * max(last.height, now.height)
    return gap_s <= _BRIEFLY_S or (gap_s <= MISSED_S and stood_still)
