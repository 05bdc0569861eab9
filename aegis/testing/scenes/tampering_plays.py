"""Plays about the camera itself: covered, turned away, out of focus, frozen, looped."""

from dataclasses import replace

from aegis.domain.assessment import IncidentType
from aegis.testing.scenes.casting import Casting
from aegis.testing.scenes.lurking_plays import passers
from aegis.testing.scenes.places import yard
from aegis.testing.scenes.play import Event, Play
from aegis.testing.scenes.scene import Scene

_TAMPER = frozenset({"camera_tamper"})
_TYPES = (IncidentType.VANDALISM, IncidentType.SUSPICIOUS_BEHAVIOR)


def tamper(seed: int) -> Play:
    """The camera is covered, turned away or put out of focus, and stays so."""
    cast = Casting("tamper", seed)
    begins_s = cast.between(30, 45)
    film, views = cast.film(), [(0.0, cast.view)]
    kind = ("covered", "moved", "defocused")[seed % 3]
    if kind == "covered":
        film = replace(film, covered_s=begins_s, cover=cast.pick(((30, 28, 27), (150, 148, 140))))
    elif kind == "defocused":
        film = replace(film, defocused_s=begins_s)
    else:
        pan, tilt = cast.side() * cast.between(22, 45), cast.between(-6, 10)
        for step in (0.25, 0.6, 1.0):
            turned = replace(
                cast.view,
                pan_deg=cast.view.pan_deg + pan * step,
                tilt_deg=cast.view.tilt_deg + tilt * step,
            )
            views.append((begins_s + step, turned))
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        tuple(views),
        begins_s + cast.between(40, 55),
        tuple(passers(cast, 3, begins_s)),
        film=film,
        fps=cast.rate(),
        seed=seed,
    )
    event = Event(_TYPES, _TAMPER, begins_s, scene.duration_s)
    return Play("tamper", seed, scene, event=event)


def frozen_feed(seed: int) -> Play:
    """The picture stands still, or the same seconds come again and again."""
    cast = Casting("frozen_feed", seed)
    begins_s = cast.between(30, 45)
    film = cast.film()
    if seed % 2:
        film = replace(film, looped_s=(begins_s, round(cast.between(5, 9))))
    else:
        film = replace(film, frozen_s=begins_s)
    people = passers(cast, 2, begins_s - 10) + passers(cast, 2, begins_s)
    scene = Scene(
        yard(cast, (cast.between(-3, 3),)),
        ((0, cast.view),),
        begins_s + cast.between(70, 90),
        tuple(people),
        film=film,
        fps=cast.rate(),
        seed=seed,
    )
    event = Event(_TYPES, _TAMPER, begins_s, scene.duration_s)
    return Play("frozen_feed", seed, scene, event=event)
