"""Plays of people who do harm in the open: tailgating, climbing, a crowd, a fight, running."""

from math import cos, hypot, sin

from aegis.domain.assessment import IncidentType
from aegis.domain.site import Camera
from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.lurking_plays import passers
from aegis.testing.scenes.performer import Opening, Script
from aegis.testing.scenes.places import WALL_Y, lobby, staff_door, yard
from aegis.testing.scenes.play import Event, Play, wire
from aegis.testing.scenes.scene import Scene
from aegis.testing.scenes.stage import Fence
from aegis.testing.scenes.view import Spot

_SUSPICIOUS = (IncidentType.SUSPICIOUS_BEHAVIOR,)


def tailgating(seed: int) -> Play:
    """One opens a locked door; another slips in behind before it falls shut."""
    cast = Casting("tailgating", seed)
    x = cast.between(-2.5, 2.5)
    first = cast.script(cast.edge(cast.side(), 7.0), cast.between(0, 4))
    opened_s = open_door(first, x, cast.between(1.0, 2.0))
    second = cast.script(cast.edge(cast.side(), 6.0))
    gap_s = cast.between(1.0, 1.8)
    arrive(second, (x + 0.2, WALL_Y - 1.3), opened_s + gap_s, speed_m_s=1.4)
    second.walk((x, WALL_Y + 1.0), speed_m_s=1.3)
    in_s = second.now_s
    scene = Scene(
        yard(cast, (x,)) if cast.chance(0.6) else lobby(cast, door_xs=(x,)),
        ((0, cast.view),),
        in_s + 14,
        (first.ready(), second.ready(), *passers(cast, 1, opened_s)),
        openings=(Opening(0, opened_s - 0.3, in_s + 0.5),),
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    event = Event((IncidentType.INTRUSION,), frozenset({"tailgating"}), opened_s, in_s + 6)
    return Play("tailgating", seed, scene, Camera(tripwires=(staff_door(cast.view, x),)), event)


def climbing(seed: int) -> Play:
    """Somebody comes over the fence."""
    cast = Casting("climbing", seed)
    y, height = cast.between(8.2, 9.6), cast.between(1.8, 2.3)
    side, x = cast.side(), cast.between(-2.5, 2.5)
    script = cast.script(cast.edge(side, y + 0.9), cast.between(4, 10))
    script.walk((x, y + 0.9)).stay(cast.between(0.5, 3), "stand", (x, 0.0))
    script.walk((x, y + 0.35))
    over_s = script.now_s
    script.climb((x + cast.between(-0.2, 0.2), y - 0.4), height, cast.between(3, 5.5))
    in_s = script.now_s
    inner = cast.inside(cast.between(-0.4, 0.4), cast.between(5.5, 6.5))
    script.walk(inner, cast.edge(cast.side(), 5.0), speed_m_s=cast.between(1.3, 1.9))
    fence = Fence((-13, y), (13, y), height)
    scene = Scene(
        yard(cast, fence=fence),
        ((0, cast.view),),
        script.now_s + 4,
        (script.ready(),),
        film=cast.film(night=0.4),
        fps=cast.rate(),
        seed=seed,
    )
    left, right = cast.inside(-0.95, y), cast.inside(0.95, y)
    line = wire("fence", cast.view, left, right, "barrier")
    event = Event((IncidentType.INTRUSION,), frozenset({"climbing"}), over_s, in_s + 8)
    return Play("climbing", seed, scene, Camera(tripwires=(line,)), event)


def crowd(seed: int) -> Play:
    """Fourteen to twenty people gather within half a minute and stay."""
    cast = Casting("crowd", seed)
    scripts, arrived_s = [], []
    ends_s = cast.between(70, 90)
    spots = [
        cast.inside(share + cast.between(-0.07, 0.07), y + cast.between(-0.2, 0.2))
        for y in (5.0, 6.4, 7.8, 9.2)
        for share in (-0.7, -0.35, 0.0, 0.35, 0.7)
    ]
    for number in cast.random.permutation(len(spots))[: cast.count(14, 20)].tolist():
        spot = spots[number]
        script = cast.script(cast.edge(1 if spot[0] > 0 else -1, spot[1]), cast.between(2, 26))
        script.walk(spot)
        arrived_s.append(script.now_s)
        script.stay(ends_s + 20, cast.pick(("stand", "talk", "talk", "wait")), (0.0, 7.0))
        scripts.append(script.ready())
    full_s = sorted(arrived_s)[11]
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        ((0, cast.view),),
        ends_s,
        tuple(scripts),
        film=cast.film(night=0.15),
        fps=min(6.0, cast.rate()),
        seed=seed,
    )
    event = Event(_SUSPICIOUS, frozenset({"crowding"}), full_s - 6, ends_s)
    return Play("crowd", seed, scene, Camera(), event)


def fight(seed: int) -> Play:
    """Two people meet, quarrel and come to blows; sometimes one goes down."""
    cast = Casting("fight", seed)
    y = cast.between(4.8, 7.0)
    middle = cast.inside(cast.between(-0.4, 0.4), y)
    left, right = (cast.script(cast.edge(side, y), cast.between(1, 4)) for side in (-1, 1))
    left.walk((middle[0] - 0.45, y))
    right.walk((middle[0] + 0.45, y))
    met_s = max(left.now_s, right.now_s)
    for one, other in ((left, right), (right, left)):
        one.stay(met_s - one.now_s + 0.01, "stand", other.at)
        one.stay(cast.between(2.5, 2.6), "talk", other.at)
    begins_s = right.now_s
    _come_to_blows(cast, left, right, middle, begins_s + cast.between(9, 16))
    ends_s = min(left.now_s, right.now_s)
    if cast.chance(0.5):
        right.stay(12, "lie", left.at)
    else:
        right.walk(cast.edge(1, y))
    left.run(cast.edge(-1, y), speed_m_s=cast.between(2.5, 4.0))
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        ((0, cast.view),),
        max(left.now_s, right.now_s) + 3,
        (left.ready(), right.ready(), *passers(cast, 1, begins_s)),
        film=cast.film(),
        fps=max(5.0, cast.rate()),
        seed=seed,
    )
    event = Event((IncidentType.VIOLENCE,), frozenset({"fight"}), begins_s, ends_s + 5)
    return Play("fight", seed, scene, Camera(), event)


def running(seed: int) -> Play:
    """Somebody flees through the scene."""
    cast = Casting("running", seed)
    side, y = cast.side(), cast.between(5.0, 9.0)
    script = cast.script(cast.edge(side, y, 2.0), cast.between(6, 14))
    begins_s = script.now_s
    script.run(cast.edge(-side, y + cast.between(-1.2, 1.2), 2.0), speed_m_s=cast.between(4, 5.5))
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        ((0, cast.view),),
        script.now_s + 8,
        (script.ready(), *passers(cast, 2, begins_s)),
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    event = Event(_SUSPICIOUS, frozenset({"running"}), begins_s, script.now_s + 2)
    return Play("running", seed, scene, Camera(), event)


def open_door(script: Script, x: float, waits_s: float) -> float:
    """Walk to a locked door in the far wall and go in; when it opens, seconds."""
    script.walk((x + 0.3, WALL_Y - 1.3)).stay(waits_s, "reach", (x, WALL_Y))
    opened_s = script.now_s
    script.walk((x, WALL_Y + 1.0), speed_m_s=1.2)
    return opened_s


def arrive(script: Script, spot: Spot, at_s: float, speed_m_s: float) -> Script:
    """Walk to a spot so that it is reached at a moment."""
    way_m = hypot(spot[0] - script.at[0], spot[1] - script.at[1])
    script.now_s = at_s - way_m / speed_m_s
    return script.walk(spot, speed_m_s=speed_m_s)


def _come_to_blows(
    cast: Casting, left: Script, right: Script, middle: Spot, until_s: float
) -> None:
    """They push each other about, now one on top, now the other."""
    turn = 0.0
    while left.now_s < until_s:
        beat_s = cast.between(0.9, 1.8)
        turn += cast.between(-0.7, 0.9)
        reach = cast.between(0.28, 0.42)
        middle = (middle[0] + cast.between(-0.35, 0.35), middle[1] + cast.between(-0.2, 0.2))
        left_is_on_top = cast.chance(0.5)
        for script, sign, strikes in ((left, -1, left_is_on_top), (right, 1, not left_is_on_top)):
            spot = (
                middle[0] + sign * reach * cos(turn) * 1.2,
                middle[1] + sign * reach * sin(turn) * 0.6,
            )
            script.shove(spot, beat_s, "fight" if strikes else "struck", middle)
