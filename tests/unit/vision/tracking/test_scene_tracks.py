"""What a scene remembers of those who walk through it."""

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.domain.observation import ObservedSubject
from aegis.domain.site import Camera, Tripwire, Zone
from aegis.vision.tracking.scene_tracks import SceneTracks

SIZE = (1000, 500)
Place = tuple[float, float]
Path = Callable[[float], Place | None]


def box(x0: float, y0: float, x1: float, y1: float) -> tuple[Place, ...]:
    return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


CAMERA = Camera(
    zones=(
        Zone(name="in", polygon=box(0.0, 0.5, 0.1, 1.0), kind="entrance"),
        Zone(name="left door", polygon=box(0.25, 0.6, 0.35, 0.9), kind="door"),
        Zone(name="right door", polygon=box(0.65, 0.6, 0.75, 0.9), kind="door"),
        Zone(name="till", polygon=box(0.45, 0.5, 0.55, 0.6), kind="protected"),
    ),
    tripwires=(
        Tripwire(name="fence", line=((0.0, 0.45), (1.0, 0.45)), kind="barrier"),
        Tripwire(name="gate", line=((0.5, 0.5), (0.5, 1.0)), kind="door"),
    ),
)


def seen(places: Iterable[Place | None], height: float = 150.0) -> Detections:
    there = [place for place in places if place]
    boxes = [[x - 25, y - height, x + 25, y] for x, y in there]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(there), 0.8, np.float32),
        ("person",) * len(there),
    )


def film(*paths: Path, seconds: float, hertz: float = 5.0) -> tuple[ObservedSubject, ...]:
    tracks, subjects = SceneTracks(CAMERA, 0.35), tuple[ObservedSubject, ...]()
    tracks.follow(seen(()), SIZE, 0.0, is_first=True)
    for step in range(1, round(seconds * hertz)):
        at_s = step / hertz
        subjects = tracks.follow(seen(path(at_s) for path in paths), SIZE, at_s)
    return subjects


def across(start_s: float) -> Path:
    """From left to right with 120 pixels, 0.8 body heights, a second."""
    return lambda at_s: (60 + 120 * (at_s - start_s), 400) if at_s >= start_s else None


def standing(x: float, y: float) -> Path:
    return lambda _: (x, y)


def test_two_through_the_door_close_behind_one_another() -> None:
    subjects = film(across(0.0), across(1.4), seconds=6.6)
    behind = [it.crossings[0].behind_s for it in subjects]
    assert behind[0] is None
    assert behind[1] == pytest.approx(1.4, abs=0.25)


def test_company_is_of_those_who_stand_or_walk_together() -> None:
    beside = film(standing(300, 400), standing(350, 400), seconds=8)
    assert [it.alone_s for it in beside] == [0, 0]
    stayer, passer = film(standing(500, 450), across(0.0), seconds=4)
    assert min(stayer.alone_s or 0, passer.alone_s or 0) > 2


def test_entry_is_told_by_zone_or_side_and_unknown_at_the_beginning() -> None:
    assert film(across(0.0), seconds=3)[0].came_by == "entrance"
    assert film(lambda at_s: (980 - 20 * at_s, 400), seconds=3)[0].came_by == "right"
    assert film(standing(500, 499), seconds=3)[0].came_by == "below"
    assert film(lambda at_s: (500, 140 + 40 * at_s), seconds=3)[0].came_by == "above"
    assert film(standing(500, 300), seconds=3)[0].came_by == "inside"
    tracks = SceneTracks(CAMERA, 0.35)
    (first,) = tracks.follow(seen([(60, 400)]), SIZE, 0.0, is_first=True)
    assert first.came_by == "unknown"


def test_coming_over_the_barrier_is_a_crossing_of_it() -> None:
    (climber,) = film(lambda at_s: (500, 180 + min(1.0, at_s / 3) * 120), seconds=5)
    (crossing,) = climber.crossings
    assert (crossing.wire, crossing.kind, crossing.direction) == ("fence", "barrier", "forward")
    assert climber.descent > 0.5


def test_walking_past_two_doors_is_no_halt_and_stopping_is() -> None:
    (passer,) = film(across(0.0), seconds=7)
    assert passer.zone_halts == {}

    def stopping(at_s: float) -> Place:
        x = 60 + 120 * at_s if at_s < 2 else 300 if at_s < 6 else 300 + 120 * (at_s - 6)
        return (min(x, 700), 400)

    (trier,) = film(stopping, seconds=15)
    assert trier.zone_halts == {"left door": 1, "right door": 1}
    assert trier.zone_visits["left door"] == 1


def test_it_is_known_how_long_ago_somebody_left_a_zone() -> None:
    (passer,) = film(across(0.0), seconds=4)
    assert 0 < passer.zone_ago_s["left door"] < 4
    (stayer,) = film(standing(300, 400), seconds=4)
    assert stayer.zone_ago_s == dict.fromkeys(stayer.zones, 0)


def test_contact_grows_while_somebody_stands_at_what_is_protected() -> None:
    (toucher,) = film(standing(500, 400), seconds=10)
    assert toucher.contact_s["till"] == pytest.approx(9, abs=1.1)
    (passer,) = film(across(0.0), seconds=4)
    assert passer.contact_s == {}


def test_counts_of_a_line_outlast_those_who_crossed_it() -> None:
    tracks = SceneTracks(CAMERA, 0.35)
    for step in range(60):
        tracks.follow(seen([across(0.0)(step / 5) if step < 35 else None]), SIZE, step / 5)
    assert tracks.line_counts["gate"] == (0, 1)
    tracks.forget()
    assert tracks.line_counts["gate"] == (0, 1)
