"""Harmless plays of light, weather and machines: headlights, rain, a bump, a car, a still night."""

from dataclasses import replace

from aegis.domain.site import Camera
from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.film import Bump, Film
from aegis.testing.scenes.lurking_plays import passers
from aegis.testing.scenes.performer import Drive, Opening, Performance
from aegis.testing.scenes.places import WALL_Y, yard
from aegis.testing.scenes.play import Play, strip_zone
from aegis.testing.scenes.scene import Scene


def headlights(seed: int) -> Play:
    """One to three cars with their lights on drive by at night."""
    cast = Casting("headlights", seed)
    cars, begins_s = [], 20.0
    for _ in range(cast.count(1, 3)):
        side, y = cast.side(), cast.between(6.5, 9.0)
        begins_s += cast.between(2, 10)
        start, end = cast.edge(side, y + 1.5, 6.0), cast.edge(-side, y - 2.0, 6.0)
        lasts_s = abs(start[0] - end[0]) / cast.between(4, 8)
        cars.append(cast.car((begins_s, start), (begins_s + lasts_s, end), has_lights=True))
        begins_s += lasts_s
    film = replace(cast.film(), is_night=True)
    people = passers(cast, 2, begins_s)
    return _play("headlights", cast, seed, begins_s + 15, film, people, tuple(cars))


def rain(seed: int) -> Play:
    """It rains hard while people pass."""
    cast = Casting("rain", seed)
    film = replace(cast.film(night=0.4), rain=cast.between(0.4, 1.0))
    lasts_s = cast.between(60, 80)
    return _play("rain", cast, seed, lasts_s, film, passers(cast, 3, lasts_s))


def camera_bump(seed: int) -> Play:
    """Somebody or the wind knocks the camera; it swings and comes to rest as before."""
    cast = Casting("camera_bump", seed)
    bumps = tuple(
        Bump(cast.between(20, 55), cast.between(0.012, 0.05), cast.between(0.8, 2.2))
        for _ in range(cast.count(1, 3))
    )
    film = replace(cast.film(), bumps=bumps)
    return _play("camera_bump", cast, seed, 75, film, passers(cast, 2, 60))


def lights_change(seed: int) -> Play:
    """Clouds, lamps and the camera's own exposure make the picture darker and brighter."""
    cast = Casting("lights_change", seed)
    gains, at_s = [], 20.0
    for _ in range(cast.count(2, 4)):
        gains.append((at_s, cast.pick((0.45, 0.6, 0.8, 1.25, 1.5))))
        at_s += cast.between(6, 18)
    film = replace(cast.film(), gains=tuple(gains))
    return _play("lights_change", cast, seed, at_s + 15, film, passers(cast, 2, at_s))


def car_arrives(seed: int) -> Play:
    """A car comes in and parks; its driver gets out and goes into the building."""
    cast = Casting("car_arrives", seed)
    side, door_x = cast.side(), cast.between(-2, 2)
    begins_s, spot = cast.between(12, 20), (cast.between(-1.5, 1.5), cast.between(6, 7.2))
    start = cast.edge(side, spot[1] + 0.4, 5.0)
    parked_s = begins_s + abs(start[0] - spot[0]) / cast.between(2.5, 4)
    film = cast.film(night=0.3)
    car = cast.car((begins_s, start), (parked_s, spot), has_lights=film.is_night)
    driver = cast.script((spot[0] - 0.4 * side, spot[1] - 1.3), parked_s + cast.between(3, 8))
    driver.stay(2).walk((spot[0] - 3.2 * side, spot[1] - 1.0), (spot[0] - 3.2 * side, 9.0))
    driver.walk((door_x, WALL_Y - 0.9)).stay(1.2, "reach", (door_x, WALL_Y))
    driver.walk((door_x, WALL_Y + 0.8))
    ends_s = driver.now_s + cast.between(20, 40)
    opening = Opening(0, driver.now_s - 2.0, driver.now_s + 0.5)
    people = [driver.ready(), *passers(cast, 1, ends_s)]
    zone = strip_zone("entrance", cast.view, (door_x, WALL_Y - 0.8), (2.2, 1.5), "entrance")
    play = _play("car_arrives", cast, seed, ends_s, film, people, (car,), door_x)
    scene = replace(play.scene, openings=(opening,))
    return replace(play, scene=scene, camera=Camera(zones=(zone,)))


def quiet_night(seed: int) -> Play:
    """Nothing moves for minutes, and the recorder's picture hardly trembles."""
    cast = Casting("quiet_night", seed)
    film = replace(cast.film(), is_night=True, grain=cast.between(0.5, 1.0))
    return _play("quiet_night", cast, seed, cast.between(100, 140), film, [])


def _play(
    kind: str,
    cast: Casting,
    seed: int,
    duration_s: float,
    film: Film,
    people: list[Performance],
    cars: tuple[Drive, ...] = (),
    door_x: float | None = None,
) -> Play:
    scene = Scene(
        yard(cast, (cast.between(-3, 3) if door_x is None else door_x,)),
        ((0, cast.view),),
        duration_s,
        tuple(people),
        cars=cars,
        film=film,
        fps=cast.rate(),
        seed=seed,
    )
    return Play(kind, seed, scene)
