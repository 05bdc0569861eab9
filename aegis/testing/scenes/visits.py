"""A hall with a marked area on its floor, and people who step into it: demonstration and tests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Literal

from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.film import Film
from aegis.testing.scenes.performer import Performance
from aegis.testing.scenes.scene import START, Scene, SceneFrame
from aegis.testing.scenes.stage import Door, Marking, Stage, Wall
from aegis.testing.scenes.view import Spot, View

VisitKind = Literal["visits", "loitering", "empty"]

VIEW = View((768, 432), height_m=3.0, tilt_deg=23.0)
_AREA: tuple[Spot, ...] = ((-1.7, 5.2), (1.7, 5.2), (1.7, 3.3), (-1.7, 3.3))
MARKED_AREA = VIEW.outline(_AREA)
"""The painted area's corners, (x, y) as fractions of width and height."""

_PAINT = (214, 178, 62)
_BETWEEN_VISITS_S = 6.0
_VISITORS = 3
_EMPTY_S = 10.0


def render_clip(
    kind: VisitKind,
    seed: int = 1,
    fps: float = 5.0,
    size: tuple[int, int] = (768, 432),
    start: datetime = START,
) -> Iterator[SceneFrame]:
    """The frames of a clip, the same for the same arguments; size: (width, height), 16 to 9.

    `visits`: three people, one after another, cross the marked area and stop in it, with
    seconds of an empty hall between them; `loitering`: one comes and stays there for more
    than a minute; `empty`: nobody for ten seconds.
    """
    yield from stage_clip(kind, seed, fps, size, start).frames()


def stage_clip(
    kind: VisitKind, seed: int, fps: float, size: tuple[int, int], start: datetime
) -> Scene:
    """The scene behind `render_clip`."""
    cast = Casting(kind, seed)
    cast.view = replace(VIEW, resolution_wh=size)
    people = _CAST[kind](cast)
    ends_s = max((it.ends_s + 2.0 for it in people), default=_EMPTY_S)
    film = Film(grain=3.0, jpeg_quality=None)
    return Scene(
        hall(), ((0, cast.view),), ends_s, people, film=film, fps=fps, start=start, seed=seed
    )


def hall() -> Stage:
    """The place itself, empty."""
    outline = pairwise((*_AREA, _AREA[0]))
    return Stage(
        ground="tiles",
        walls=(Wall((-12, 9.0), (12, 9.0)), Wall((6.5, 9.0), (6.5, 2.0))),
        doors=(Door((-2.6, 8.98)), Door((2.2, 8.98), 1.2, 2.2, (150, 152, 156), is_lift=True)),
        markings=tuple(Marking(start, end, colour=_PAINT) for start, end in outline),
        is_indoors=True,
        seed=7,
    )


def _visits(cast: Casting) -> tuple[Performance, ...]:
    visitors: list[Performance] = []
    enters_s = 2.0
    for _ in range(_VISITORS):
        side, y = cast.side(), cast.between(3.9, 4.6)
        script = cast.script(cast.edge(side, y), enters_s)
        script.walk((cast.between(-0.7, 0.7), y - 0.2)).stay(cast.between(1.0, 2.5))
        visitors.append(script.walk(cast.edge(-side, y)).ready())
        enters_s = script.now_s + _BETWEEN_VISITS_S
    return tuple(visitors)


def _lingers(cast: Casting) -> tuple[Performance, ...]:
    side = cast.side()
    script = cast.script(cast.edge(side, 4.2), 1.5)
    for _ in range(8):
        script.walk((cast.between(-1.0, 1.0), cast.between(3.7, 4.6)), speed_m_s=0.9)
        script.stay(8.0, cast.pick(("stand", "phone", "wait")))
    return (script.walk(cast.edge(-side, 4.2)).ready(),)


def _nobody(_: Casting) -> tuple[Performance, ...]:
    return ()


_CAST: Mapping[VisitKind, Callable[[Casting], tuple[Performance, ...]]] = {
    "visits": _visits,
    "loitering": _lingers,
    "empty": _nobody,
}
