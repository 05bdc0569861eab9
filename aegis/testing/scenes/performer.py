"""Who does what, where and when: scripts of people, things and cars."""

from dataclasses import dataclass, field
from itertools import pairwise
from math import atan2, hypot, pi, sin
from typing import Self

from aegis.testing.scenes.body import Figure, Look
from aegis.testing.scenes.material import Colour
from aegis.testing.scenes.pose import Activity, pose_of
from aegis.testing.scenes.view import Point, Spot

WALK_M_S = 1.3
RUN_M_S = 4.2
_ON_THE_MOVE = ("walk", "run", "carry")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that somebody does, from one spot and height above the ground to another."""

    from_s: float
    until_s: float
    start: Point
    end: Point
    activity: Activity
    heading: float
    walked_m: float

    def progress(self, moment_s: float) -> float:
        """0 at its begin, 1 at its end."""
        return (moment_s - self.from_s) / max(self.until_s - self.from_s, 1e-6)


@dataclass(frozen=True, slots=True)
class Performance:
    """One person's whole part; nobody is there before the first step and after the last."""

    track_id: int
    look: Look
    height_m: float
    steps: tuple[Step, ...]

    def figure_at(self, moment_s: float) -> Figure | None:
        """How this person stands at a moment."""
        step = self.step_at(moment_s)
        if step is None:
            return None
        share, since_s = step.progress(moment_s), moment_s - step.from_s
        x, y, z = (a + (b - a) * share for a, b in zip(step.start, step.end, strict=True))
        way_m = hypot(step.end[0] - step.start[0], step.end[1] - step.start[1]) * share
        pose = pose_of(step.activity, since_s, step.walked_m + way_m, self.height_m)
        heading, sway = step.heading, 0.0
        if step.activity not in _ON_THE_MOVE:
            heading += 0.35 * sin(0.7 * moment_s + self.track_id)
            sway = 0.05 * sin(0.8 * moment_s + 2 * self.track_id)
        return Figure(self.look, pose, (x + sway, y, z), heading, self.height_m)

    def step_at(self, moment_s: float) -> Step | None:
        """What this person does at a moment."""
        return next((it for it in self.steps if it.from_s <= moment_s < it.until_s), None)

    @property
    def ends_s(self) -> float:
        """When the last step is over."""
        return self.steps[-1].until_s


@dataclass
class Script:
    """Writes a performance step by step; each step begins where and when the last one ended."""

    track_id: int
    look: Look
    at: Spot
    now_s: float = 0.0
    height_m: float = 1.74
    speed_m_s: float = WALK_M_S
    _steps: list[Step] = field(default_factory=list)
    _walked_m: float = 0.0
    _heading: float = 0.0

    def walk(self, *spots: Spot, speed_m_s: float | None = None, carrying: bool = False) -> Self:
        """Go from spot to spot."""
        activity: Activity = "carry" if carrying else "walk"
        return self._go(spots, speed_m_s or self.speed_m_s, activity)

    def run(self, *spots: Spot, speed_m_s: float = RUN_M_S) -> Self:
        """Run from spot to spot."""
        return self._go(spots, speed_m_s, "run")

    def stay(self, seconds: float, doing: Activity = "stand", towards: Spot | None = None) -> Self:
        """Remain, facing a spot if one is given."""
        if towards is not None:
            self._heading = _heading(self.at, towards)
        here = (*self.at, 0.0)
        return self._add(seconds, here, here, doing)

    def shove(self, to: Spot, seconds: float, doing: Activity, towards: Spot) -> Self:
        """Be pushed or step to a spot nearby while doing something, facing another."""
        self._heading = _heading(self.at, towards)
        self._add(seconds, (*self.at, 0.0), (*to, 0.0), doing)
        self.at = to
        return self

    def climb(self, over: Spot, height_m: float, seconds: float) -> Self:
        """Up something of this height here, and down on its other side."""
        self._heading = _heading(self.at, over)
        top = ((self.at[0] + over[0]) / 2, (self.at[1] + over[1]) / 2, height_m)
        self._add(seconds * 0.6, (*self.at, 0.0), top, "climb")
        self._add(seconds * 0.4, top, (*over, 0.0), "climb")
        self.at = over
        return self

    def ready(self) -> Performance:
        """The performance as it stands."""
        return Performance(self.track_id, self.look, self.height_m, tuple(self._steps))

    def _go(self, spots: tuple[Spot, ...], speed_m_s: float, activity: Activity) -> Self:
        for start, end in pairwise((self.at, *spots)):
            way_m = hypot(end[0] - start[0], end[1] - start[1])
            if way_m > 0:
                self._heading = _heading(start, end)
                self._add(way_m / speed_m_s, (*start, 0.0), (*end, 0.0), activity)
                self._walked_m += way_m
            self.at = end
        return self

    def _add(self, seconds: float, start: Point, end: Point, activity: Activity) -> Self:
        until_s = self.now_s + seconds
        self._steps.append(
            Step(self.now_s, until_s, start, end, activity, self._heading, self._walked_m)
        )
        self.now_s = until_s
        return self


@dataclass(frozen=True, slots=True)
class Keeping:
    """From a moment on a thing lies at a spot, is held by somebody, or (neither) is gone."""

    from_s: float
    spot: Spot | None = None
    holder: int | None = None


@dataclass(frozen=True, slots=True)
class Thing:
    """A bag or a parcel; size_m: across, along, up."""

    track_id: int
    label: str
    size_m: tuple[float, float, float]
    colour: Colour
    keepings: tuple[Keeping, ...]

    def keeping_at(self, moment_s: float) -> Keeping | None:
        """Where it is at a moment; None before its first appearance."""
        past = [it for it in self.keepings if it.from_s <= moment_s]
        return past[-1] if past else None


@dataclass(frozen=True, slots=True)
class Drive:
    """A car's way: (time, spot) at which it is; before the first and after the last it is there.

    heading: of a car that never moves; others look along their way.
    """

    track_id: int
    colour: Colour
    way: tuple[tuple[float, Spot], ...]
    heading: float = 0.0
    has_lights: bool = False
    gone_s: float = float("inf")

    def at(self, moment_s: float) -> tuple[Spot, float] | None:
        """Spot and heading; None once it has gone."""
        if moment_s >= self.gone_s:
            return None
        heading = self.heading
        for (start_s, start), (end_s, end) in pairwise(self.way):
            if start != end:
                heading = _heading(start, end)
            if moment_s < end_s:
                share = max(0.0, (moment_s - start_s) / (end_s - start_s))
                spot = tuple(a + (b - a) * share for a, b in zip(start, end, strict=True))
                return (spot[0], spot[1]), heading
        return self.way[-1][1], heading

    def moves_at(self, moment_s: float) -> bool:
        """Whether it drives at a moment."""
        return any(a[0] <= moment_s < b[0] and a[1] != b[1] for a, b in pairwise(self.way))


@dataclass(frozen=True, slots=True)
class Opening:
    """A door of the stage, by its number, stands open between two moments."""

    door: int
    from_s: float
    until_s: float

    def share(self, moment_s: float) -> float:
        """0 closed, 1 open; it takes 0.7 s."""
        return max(0.0, min(1.0, (moment_s - self.from_s) / 0.7, (self.until_s - moment_s) / 0.7))


def _heading(start: Spot, end: Spot) -> float:
    """0 faces the camera's side, pi / 2 to the right."""
    if start == end:
        return pi
    return atan2(end[0] - start[0], start[1] - end[1])
