"""Plays of people with something in mind: loitering, casing, trying doors, theft, a left bag."""

from aegis.domain.assessment import IncidentType
from aegis.domain.site import Camera
from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.performer import Keeping, Performance
from aegis.testing.scenes.places import WALL_Y, lobby, yard
from aegis.testing.scenes.play import Event, Play, strip_zone, upright_zone
from aegis.testing.scenes.scene import Scene
from aegis.testing.scenes.view import Spot

_SUSPICIOUS = (IncidentType.SUSPICIOUS_BEHAVIOR,)


def loitering(seed: int) -> Play:
    """Somebody hangs about one spot for one and a half to two and a half minutes."""
    cast = Casting("loitering", seed)
    side, y = cast.side(), cast.between(5.5, 8.5)
    middle = cast.inside(cast.between(-0.5, 0.5), y)
    script = cast.script(cast.edge(side, y), cast.between(0, 3)).walk(middle)
    came_s, stay_s = script.now_s, cast.between(85, 150)
    while script.now_s < came_s + stay_s:
        script.stay(cast.between(5, 14), cast.pick(("stand", "phone", "wait")))
        script.walk((middle[0] + cast.between(-1, 1), y + cast.between(-0.7, 0.7)), speed_m_s=0.8)
    left_s = script.now_s
    script.walk(cast.edge(cast.side(), y))
    people = (script.ready(), *passers(cast, 2, left_s))
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        ((0, cast.view),),
        left_s + 8,
        people,
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    zone = strip_zone("forecourt", cast.view, (middle[0], y), (7, 4))
    event = Event(_SUSPICIOUS, frozenset({"loitering"}), came_s + 30, left_s)
    return Play("loitering", seed, scene, Camera(zones=(zone,)), event)


def casing(seed: int) -> Play:
    """Somebody inspects one opening of a building after another, and comes back to look again."""
    cast = Casting("casing", seed)
    xs = (cast.between(-4.8, -3.2), cast.between(-0.8, 0.8), cast.between(3.2, 4.8))
    order = [*xs] if cast.chance(0.5) else [*reversed(xs)]
    script = cast.script(cast.edge(cast.side(), 8.2), cast.between(0, 3))
    looked_s: list[float] = []
    for x in (*order, order[1], order[0]):
        script.walk((x + cast.between(-0.4, 0.4), WALL_Y - cast.between(0.9, 1.5)))
        script.stay(cast.between(4, 9), cast.pick(("stand", "phone")), (x, WALL_Y))
        looked_s.append(script.now_s)
        if cast.chance(0.4):
            script.walk((x, cast.between(6.5, 7.5))).stay(cast.between(2, 5), "stand", (x, WALL_Y))
    left_s = script.now_s
    script.walk(cast.edge(cast.side(), 8.0))
    scene = Scene(
        yard(cast, xs),
        ((0, cast.view),),
        left_s + 10,
        (script.ready(), *passers(cast, 1, left_s)),
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    names = ("west door", "main door", "east door")
    zones = tuple(
        strip_zone(name, cast.view, (x, WALL_Y - 1.1), (1.9, 1.9))
        for name, x in zip(names, xs, strict=True)
    )
    event = Event(_SUSPICIOUS, frozenset({"casing", "trying_doors"}), looked_s[0], left_s + 5)
    return Play("casing", seed, scene, Camera(zones=zones), event)


def trying_doors(seed: int) -> Play:
    """Somebody goes from door to door and pulls at each handle."""
    cast = Casting("trying_doors", seed)
    xs = [-4.6 + 2.3 * step + cast.between(-0.2, 0.2) for step in range(5)]
    tried = xs[: cast.count(3, 5)] if cast.chance(0.5) else xs[::-1][: cast.count(3, 5)]
    script = cast.script(cast.edge(-1 if tried[0] < 0 else 1, 9.0), cast.between(0, 3))
    tried_s: list[float] = []
    for x in tried:
        script.walk((x + 0.25, WALL_Y - cast.between(0.5, 0.7)))
        script.stay(cast.between(2.0, 4.5), "reach", (x + 0.3, WALL_Y))
        tried_s.append(script.now_s)
    left_s = script.now_s
    script.walk(cast.edge(cast.side(), 8.5))
    scene = Scene(
        yard(cast, xs),
        ((0, cast.view),),
        left_s + 8,
        (script.ready(), *passers(cast, 1, left_s)),
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    zones = tuple(
        strip_zone(f"door {number}", cast.view, (x, WALL_Y - 0.65), (1.7, 1.3), "door")
        for number, x in enumerate(xs, 1)
    )
    event = Event(_SUSPICIOUS, frozenset({"trying_doors", "casing"}), tried_s[0], left_s + 5)
    return Play("trying_doors", seed, scene, Camera(zones=zones), event)


def package_theft(seed: int) -> Play:
    """A parcel lies at a door; a stranger comes, takes it and is gone."""
    cast = Casting("package_theft", seed)
    x, side = cast.between(-2.5, 2.5), cast.side()
    lies: Spot = (x + cast.pick((-0.9, 0.9)), WALL_Y - 0.7)
    script = cast.script(cast.edge(side, 7.0), cast.between(24, 34))
    script.walk((lies[0] - 0.3 * side, 8.6))
    if cast.chance(0.6):
        script.stay(cast.between(1, 4), "stand", cast.edge(-side, 8))
    script.walk((lies[0], lies[1] - 0.45)).stay(1.6, "crouch", lies)
    taken_s = script.now_s - 0.4
    way = (cast.inside(0.7 * side, 7.5), cast.edge(side, 7.0))
    leave = script.run if cast.chance(0.3) else script.walk
    leave(*way, speed_m_s=cast.between(3.2, 4.2) if leave == script.run else cast.between(1.5, 2))
    parcel = cast.parcel(Keeping(-1, lies), Keeping(taken_s, None, script.track_id))
    scene = Scene(
        yard(cast, (x,)),
        ((0, cast.view),),
        script.now_s + 20,
        (script.ready(), *passers(cast, 1, 20)),
        (parcel,),
        film=cast.film(night=0.15),
        fps=cast.rate(),
        seed=seed,
    )
    zones = (
        strip_zone("doorstep", cast.view, (x, WALL_Y - 0.9), (3.4, 1.8), "door"),
        strip_zone("threshold", cast.view, (x, WALL_Y), (1.2, 0.9), "entrance"),
        upright_zone("parcel place", cast.view, lies, (0.8, 0.5), "protected"),
    )
    event = Event(_SUSPICIOUS, frozenset({"package_theft"}), taken_s - 2, taken_s + 20)
    return Play("package_theft", seed, scene, Camera(zones=zones), event)


def left_bag(seed: int) -> Play:
    """Somebody puts a bag down and goes away without it."""
    cast = Casting("left_bag", seed)
    side, y = cast.side(), cast.between(5.5, 8.0)
    lies = cast.inside(cast.between(-0.5, 0.5), y)
    script = cast.script(cast.edge(side, y), cast.between(12, 18))
    script.walk((lies[0] + 0.45 * side, y)).stay(1.4, "crouch", lies)
    put_s = script.now_s - 0.4
    script.stay(cast.between(3, 9), cast.pick(("stand", "phone")))
    script.walk(cast.edge(cast.side(), y + cast.between(-0.5, 1.0)))
    left_s = script.now_s
    bag = cast.bag(Keeping(-1, None, script.track_id), Keeping(put_s, lies))
    scene = Scene(
        lobby(cast, door_xs=(cast.between(-3, 3),)) if cast.chance(0.5) else yard(cast, (0.0,)),
        ((0, cast.view),),
        left_s + cast.between(85, 110),
        (script.ready(), *passers(cast, 2, left_s + 60)),
        (bag,),
        film=cast.film(night=0.15),
        fps=cast.rate(),
        seed=seed,
    )
    event = Event(_SUSPICIOUS, frozenset({"abandoned_object"}), put_s, scene.duration_s)
    return Play("left_bag", seed, scene, Camera(), event)


def passers(cast: Casting, most: int, until_s: float) -> list[Performance]:
    """A few people who cross the scene while it goes on, nearer to the camera."""
    scripts = []
    for _ in range(cast.count(0, most)):
        side, y = cast.side(), cast.between(4.2, 5.2)
        begins_s = cast.between(0, max(1.0, until_s - 8))
        script = cast.script(cast.edge(side, y), begins_s)
        scripts.append(script.walk(cast.edge(-side, y + cast.between(-0.6, 0.6))).ready())
    return scripts
