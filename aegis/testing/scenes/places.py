"""Places for plays, drawn by seed: the yard before a building, a hall inside one."""

from collections.abc import Sequence

from aegis.domain.site import Tripwire
from aegis.testing.scenes.casting import Draws
from aegis.testing.scenes.material import Colour, Material
from aegis.testing.scenes.play import wire
from aegis.testing.scenes.stage import Door, Fence, Marking, Stage, Wall
from aegis.testing.scenes.view import View

WALL_Y = 11.0
"""How far away the building's wall stands, metres."""


def yard(draws: Draws, door_xs: Sequence[float] = (), fence: Fence | None = None) -> Stage:
    """Before a building: a wall with doors and windows, lines on the ground."""
    wall_m: Material = draws.pick(("brick", "concrete", "plaster"))
    ground: Material = draws.pick(("asphalt", "paving"))
    y = WALL_Y
    doors = tuple(Door((x, y - 0.02), colour=_paint(draws)) for x in door_xs)
    free = [x for x in (-8.5, -6.4, 6.2, 8.6) if all(abs(x - it) > 1.6 for it in door_xs)]
    line_y = draws.between(4.5, 7.0)
    return Stage(
        ground=ground,
        walls=(Wall((-16, y), (16, y), draws.between(3.4, 5.0), wall_m),),
        doors=doors,
        windows=tuple(Door((x, y - 0.02), 1.3, 2.2) for x in free),
        markings=(Marking((-12, line_y), (12, line_y)),),
        fences=(fence,) if fence else (),
        seed=draws.count(0, 10**6),
    )


def lobby(draws: Draws, lift_xs: Sequence[float] = (), door_xs: Sequence[float] = ()) -> Stage:
    """A hall with lifts or doors in the far wall, and one side wall."""
    y, side = WALL_Y, draws.side()
    ground: Material = draws.pick(("tiles", "carpet"))
    lifts = [Door((x, y - 0.02), 1.2, 2.2, (150, 152, 156), is_lift=True) for x in lift_xs]
    doors = [Door((x, y - 0.02), colour=_paint(draws)) for x in door_xs]
    flank = Wall((-9.5, 3.0), (-9.5, y)) if side < 0 else Wall((9.5, y), (9.5, 3.0))
    return Stage(
        ground=ground,
        walls=(Wall((-16, y), (16, y), 3.6, "plaster"), flank),
        doors=tuple(lifts + doors),
        is_indoors=True,
        seed=draws.count(0, 10**6),
    )


def staff_door(view: View, x: float) -> Tripwire:
    """The line before a locked door, metres from the middle: who crosses it goes through."""
    y = WALL_Y - 0.5
    return wire("staff door", view, (x - 0.8, y), (x + 0.8, y), "door")


def _paint(draws: Draws) -> Colour:
    return draws.pick(((112, 92, 72), (84, 88, 96), (120, 66, 58), (70, 84, 76)))
