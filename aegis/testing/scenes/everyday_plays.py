"""Harmless plays that look like something else: waiting, deliveries, queues, work, play."""

from aegis.domain.site import Camera
from aegis.testing.scenes.attack_plays import arrive, open_door
from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.lurking_plays import passers
from aegis.testing.scenes.performer import Keeping, Opening, Performance, Script, Thing
from aegis.testing.scenes.places import WALL_Y, lobby, staff_door, yard
from aegis.testing.scenes.play import Play, strip_zone, upright_zone
from aegis.testing.scenes.scene import Scene
from aegis.testing.scenes.stage import Stage


def waiting_for_a_lift(seed: int) -> Play:
    """One to three people come, wait before the lift, and ride away."""
    cast = Casting("waiting_for_a_lift", seed)
    x = cast.between(-2, 2)
    opens_s = cast.between(50, 110)
    scripts = []
    for number in range(cast.count(1, 3)):
        script = cast.script(cast.edge(cast.side(), 6.5), cast.between(0, opens_s - 25))
        script.walk((x - 0.9 + 0.9 * number, WALL_Y - cast.between(1.2, 2.2)))
        script.stay(opens_s + 1 + 1.2 * number - script.now_s, "wait", (x, WALL_Y))
        scripts.append(script.walk((x, WALL_Y + 0.6)))
    gone_s = max(script.now_s for script in scripts)
    zone = strip_zone("lift lobby", cast.view, (x, WALL_Y - 1.6), (4.5, 3.2), "waiting")
    stage = lobby(cast, lift_xs=(x,))
    openings = (Opening(0, opens_s, gone_s + 0.8),)
    camera = Camera(zones=(zone,))
    return _play("waiting_for_a_lift", cast, seed, stage, gone_s + 6, scripts, camera, openings)


def delivery(seed: int) -> Play:
    """A courier puts a parcel at the door, rings and goes; often somebody takes it in."""
    cast = Casting("delivery", seed)
    x, side = cast.between(-2.5, 2.5), cast.side()
    lies = (x + cast.pick((-0.8, 0.8)), WALL_Y - 0.7)
    courier = cast.script(cast.edge(side, 7.0), cast.between(22, 30))
    courier.walk((lies[0], lies[1] - 0.5), carrying=True).stay(1.5, "crouch", lies)
    put_s = courier.now_s - 0.4
    courier.walk((x + 0.2, WALL_Y - 0.8)).stay(cast.between(1.5, 3), "reach", (x, WALL_Y))
    courier.stay(cast.between(3, 14), "wait", (x, WALL_Y))
    courier.walk(cast.edge(cast.side(), 7.0))
    keepings, scripts = [Keeping(put_s, lies)], [courier]
    openings: tuple[Opening, ...] = ()
    if cast.chance(0.5):
        resident = cast.script((x, WALL_Y + 0.8), courier.now_s + cast.between(-4, 6))
        openings = (Opening(0, resident.now_s, resident.now_s + 9),)
        resident.walk((lies[0] * 0.6 + x * 0.4, lies[1] - 0.1)).stay(1.6, "crouch", lies)
        keepings.append(Keeping(resident.now_s - 0.4, None, resident.track_id))
        scripts.append(resident.walk((x, WALL_Y + 1.0), carrying=True))
    keepings.insert(0, Keeping(-9, None, courier.track_id))
    parcel = cast.parcel(*keepings)
    zones = (
        strip_zone("doorstep", cast.view, (x, WALL_Y - 0.9), (3.4, 1.8), "door"),
        strip_zone("threshold", cast.view, (x, WALL_Y), (1.2, 0.9), "entrance"),
        upright_zone("parcel place", cast.view, lies, (0.8, 0.5), "protected"),
    )
    ends_s = max(script.now_s for script in scripts) + cast.between(25, 45)
    camera = Camera(zones=zones)
    stage = yard(cast, (x,))
    return _play("delivery", cast, seed, stage, ends_s, scripts, camera, openings, (parcel,))


def walking_past(seed: int) -> Play:
    """One to five people cross the scene, each at an own pace."""
    cast = Casting("walking_past", seed)
    scripts = []
    for _ in range(cast.count(1, 5)):
        side, y = cast.side(), cast.between(4.5, 9.5)
        script = cast.script(cast.edge(side, y), cast.between(0, 30))
        scripts.append(script.walk(cast.edge(-side, y + cast.between(-1, 1))))
    ends_s = max(script.now_s for script in scripts) + 3
    stage = yard(cast, (cast.between(-3, 3),))
    zone = strip_zone("forecourt", cast.view, (0, 7), (7, 4))
    return _play("walking_past", cast, seed, stage, ends_s, scripts, Camera(zones=(zone,)))


def queue(seed: int) -> Play:
    """Four to seven people stand in line before a door and move up, one after another."""
    cast = Casting("queue", seed)
    x, step_s = cast.between(-2, 2), cast.between(9, 16)
    slant = cast.side() * cast.between(0.4, 0.7)
    places = [(x + slant * place, WALL_Y - 1.0 - 0.85 * place) for place in range(8)]
    scripts = []
    for number in range(cast.count(4, 7)):
        script = cast.script(cast.edge(cast.side(), 5.0), -30 + 3.0 * number)
        script.walk(places[number])
        for move in range(number + 1):
            script.stay(max(1.0, 10 + step_s * move - script.now_s), "wait", (x, WALL_Y))
            if move < number:
                script.walk(places[number - 1 - move], speed_m_s=0.9)
        scripts.append(script.walk((x, WALL_Y + 1.0)))
    ends_s = max(script.now_s for script in scripts) + 4
    zone = strip_zone("queue", cast.view, (x + slant * 3, WALL_Y - 3.4), (6.0, 6.4), "waiting")
    openings = (Opening(0, 0, ends_s),)
    stage = yard(cast, (x,))
    return _play("queue", cast, seed, stage, ends_s, scripts, Camera(zones=(zone,)), openings)


def children_playing(seed: int) -> Play:
    """Two to four children run about while a grown-up stands by."""
    cast = Casting("children_playing", seed)
    scripts, ends_s = [], cast.between(45, 60)
    for _ in range(cast.count(2, 4)):
        script = cast.script(cast.inside(cast.between(-0.5, 0.5), 7), -1, is_child=True)
        while script.now_s < ends_s:
            spot = cast.inside(cast.between(-0.6, 0.6), cast.between(5.2, 9))
            script.run(spot, speed_m_s=cast.between(1.6, 2.6))
            script.stay(cast.between(0.5, 4), cast.pick(("stand", "talk", "crouch")))
        scripts.append(script)
    parent = cast.script(cast.inside(cast.side() * 0.7, 8.5), -1)
    scripts.append(parent.stay(ends_s, "phone", (0, 7)))
    zone = strip_zone("playground", cast.view, (0, 7), (9, 5.5), "waiting")
    stage = yard(cast)
    return _play("children_playing", cast, seed, stage, ends_s, scripts, Camera(zones=(zone,)))


def group_chat(seed: int) -> Play:
    """Three or four people meet, talk for a minute, and part."""
    cast = Casting("group_chat", seed)
    middle = cast.inside(cast.between(-0.4, 0.4), cast.between(5.5, 8))
    until_s, scripts = cast.between(40, 80), []
    for number in range(cast.count(3, 4)):
        side = cast.side()
        script = cast.script(cast.edge(side, middle[1] + 0.4 * number), cast.between(0, 12))
        angle_x, angle_y = ((-0.6, 0), (0.6, 0.1), (0, 0.6), (0.1, -0.6))[number]
        script.walk((middle[0] + angle_x, middle[1] + angle_y))
        script.stay(until_s - script.now_s + cast.between(0, 2), "talk", middle)
        scripts.append(script.walk(cast.edge(cast.side(), middle[1] + cast.between(-1, 1))))
    ends_s = max(script.now_s for script in scripts) + 3
    return _play("group_chat", cast, seed, yard(cast, (3.0,)), ends_s, scripts, Camera())


def bag_pause(seed: int) -> Play:
    """Somebody puts a bag down, rests beside it, takes it up again and goes on."""
    cast = Casting("bag_pause", seed)
    side, y = cast.side(), cast.between(5.5, 8.0)
    lies = cast.inside(cast.between(-0.5, 0.5), y)
    script = cast.script(cast.edge(side, y), cast.between(10, 15))
    script.walk((lies[0] + 0.45 * side, y)).stay(1.4, "crouch", lies)
    put_s = script.now_s - 0.4
    script.stay(cast.between(15, 45), cast.pick(("stand", "phone")))
    script.stay(1.4, "crouch", lies)
    taken_s = script.now_s - 0.4
    script.walk(cast.edge(-side, y))
    holder = script.track_id
    bag = cast.bag(Keeping(-1, None, holder), Keeping(put_s, lies), Keeping(taken_s, None, holder))
    stage = yard(cast, (cast.between(-3, 3),))
    return _play("bag_pause", cast, seed, stage, script.now_s + 8, [script], Camera(), (), (bag,))


def shift_change(seed: int) -> Play:
    """Some come out of the staff door, others go in, each with an own badge."""
    cast = Casting("shift_change", seed)
    x, now_s = cast.between(-2, 2), cast.between(3, 6)
    scripts, openings = [], []
    for number in range(cast.count(4, 7)):
        if number % 2:
            script = cast.script((x, WALL_Y + 1.0), now_s)
            script.walk((x, WALL_Y - 1.2), cast.edge(cast.side(), cast.between(6, 8)))
            openings.append(Opening(0, now_s - 0.5, now_s + 2.6))
        else:
            script = cast.script(cast.edge(cast.side(), cast.between(6, 8)))
            arrive(script, (x + 0.3, WALL_Y - 1.3), now_s, cast.between(1.2, 1.5))
            script.stay(1.2, "reach", (x, WALL_Y)).walk((x, WALL_Y + 1.0))
            openings.append(Opening(0, now_s + 0.8, now_s + 3.8))
        scripts.append(script)
        now_s += cast.between(6, 10)
    ends_s = max(script.now_s for script in scripts) + 4
    camera = Camera(tripwires=(staff_door(cast.view, x),))
    stage = yard(cast, (x,))
    return _play("shift_change", cast, seed, stage, ends_s, scripts, camera, tuple(openings))


def passing_a_door(seed: int) -> Play:
    """Somebody goes in by the staff door while somebody else walks past it."""
    cast = Casting("passing_a_door", seed)
    x = cast.between(-2, 2)
    enters = cast.script(cast.edge(cast.side(), 7.0), cast.between(10, 16))
    opened_s = open_door(enters, x, cast.between(1.0, 2.0))
    side, y = cast.side(), WALL_Y - cast.between(0.9, 2.2)
    passes = cast.script(cast.edge(side, y))
    arrive(passes, (x, y), opened_s + cast.between(-0.5, 3.0), cast.between(1.1, 1.6))
    passes.walk(cast.edge(-side, y + cast.between(-1, 0)))
    ends_s = max(enters.now_s, passes.now_s) + 8
    opening = Opening(0, opened_s - 0.3, enters.now_s + 0.5)
    stage = yard(cast, (x,)) if cast.chance(0.6) else lobby(cast, door_xs=(x,))
    scripts, camera = [enters, passes], Camera(tripwires=(staff_door(cast.view, x),))
    return _play("passing_a_door", cast, seed, stage, ends_s, scripts, camera, (opening,))


def cleaner(seed: int) -> Play:
    """Somebody sweeps the ground, lane by lane."""
    cast = Casting("cleaner", seed)
    script = cast.script(cast.edge(cast.side(), 8.0), cast.between(0, 3))
    ends_s, side = cast.between(90, 130), cast.side()
    for y in (8.5, 7.7, 6.9, 6.1, 5.3) * 3:
        for share in (-0.6, -0.3, 0.0, 0.3, 0.6):
            if script.now_s < ends_s:
                script.walk(cast.inside(side * share, y), speed_m_s=0.7)
                script.stay(cast.between(1.0, 2.5), "sweep")
        side = -side
    script.walk(cast.edge(cast.side(), 6.0))
    stage = lobby(cast, door_xs=(2.0,)) if cast.chance(0.5) else yard(cast, (2.0,))
    zone = strip_zone("hall", cast.view, (0, 7), (8, 5))
    camera = Camera(zones=(zone,))
    return _play("cleaner", cast, seed, stage, script.now_s + 3, [script], camera)


def hurry(seed: int) -> Play:
    """One to three people walk fast, as on the way to a train."""
    cast = Casting("hurry", seed)
    scripts = []
    for _ in range(cast.count(1, 3)):
        side, y = cast.side(), cast.between(5, 9)
        script = cast.script(cast.edge(side, y), cast.between(0, 25))
        far = cast.edge(-side, y + cast.between(-1.5, 1.5))
        scripts.append(script.walk(far, speed_m_s=cast.between(1.8, 2.2)))
    ends_s = max(script.now_s for script in scripts) + 6
    return _play("hurry", cast, seed, yard(cast, (0.0,)), ends_s, scripts, Camera())


def _play(
    kind: str,
    cast: Casting,
    seed: int,
    stage: Stage,
    duration_s: float,
    scripts: list[Script],
    camera: Camera,
    openings: tuple[Opening, ...] = (),
    things: tuple[Thing, ...] = (),
) -> Play:
    """A harmless play of these scripts, with some passers."""
    people: list[Performance] = [script.ready() for script in scripts]
    if kind != "walking_past":
        people += passers(cast, 1, duration_s)
    scene = Scene(
        stage,
        ((0, cast.view),),
        duration_s,
        tuple(people),
        things,
        openings=openings,
        film=cast.film(),
        fps=cast.rate(),
        seed=seed,
    )
    return Play(kind, seed, scene, camera)
