"""Who runs through a picture is known by the glimpses before he is seen clearly."""

from collections.abc import Sequence

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.domain.observation import ObservedSubject
from aegis.domain.site import Camera
from aegis.vision.tracking.glimpses import Glimpse, Glimpses
from aegis.vision.tracking.motion import TrailPoint
from aegis.vision.tracking.scene_tracks import SceneTracks

SIZE = (1000, 500)
STEP_S = 1 / 3
FAINT, CLEAR = 0.25, 0.8


def glimpse(x: float, at_s: float, track_id: int = 0, height: float = 100.0) -> Glimpse:
    return Glimpse("person", (x - 20, 300 - height, x + 20, 300), at_s, track_id)


def runs(scores: Sequence[float | None], pace: float = 80.0) -> list[ObservedSubject]:
    """What is followed at last of somebody 100 pixels tall; a frame a third of a second."""
    tracks, told = SceneTracks(Camera(), 0.35), list[ObservedSubject]()
    tracks.follow(_seen(None, 0.0), SIZE, 0.0, is_first=True)
    for step, score in enumerate(scores, 1):
        told = list(tracks.follow(_seen(score, pace * step), SIZE, step * STEP_S))
    return told


def way_of(glimpses: Glimpses, now: Glimpse) -> list[TrailPoint]:
    first = glimpses.take(now.track_id)
    assert first is not None
    return glimpses.way_to(first, now)


def through(*places: float | None, hertz: float = 2.0) -> list[list[ObservedSubject]]:
    """What is followed in each frame of somebody 250 pixels tall in a picture of 1000."""
    tracks, told = SceneTracks(Camera(), 0.35), list[list[ObservedSubject]]()
    for step, x in enumerate(places):
        seen = _seen(None, 0) if x is None else _seen(CLEAR, x, height=250)
        told.append(list(tracks.follow(seen, SIZE, step / hertz, is_first=not step)))
    return told


def _seen(score: float | None, x: float, height: float = 100) -> Detections:
    if score is None:
        return Detections(np.zeros((0, 4), np.float32), np.zeros(0, np.float32), ())
    box = np.array([[x - 20, 300 - height, x + 20, 300]], np.float32)
    return Detections(box, np.array([score], np.float32), ("person",))


def test_a_runner_seen_clearly_in_two_frames_is_known_by_the_faint_ones_before() -> None:
    (runner,) = runs([FAINT, FAINT, CLEAR, CLEAR])
    assert runner.is_steady
    assert runner.pace == pytest.approx(2.4)
    assert runner.dwell_s == pytest.approx(1.0)
    assert runner.frames == 4


def test_a_frame_that_missed_him_does_not_break_the_way() -> None:
    (runner,) = runs([FAINT, FAINT, None, CLEAR, CLEAR])
    assert runner.pace == pytest.approx(2.4)


@pytest.mark.parametrize(
    "scores", [(FAINT,) * 5, (FAINT, FAINT, FAINT, CLEAR), (CLEAR, CLEAR), (None, CLEAR, CLEAR)]
)
def test_too_few_clear_frames_make_nobody_run(scores: Sequence[float | None]) -> None:
    assert not any(it.is_steady or it.pace for it in runs(scores))


def test_who_runs_through_all_of_the_picture_in_two_frames_is_known_by_them() -> None:
    _, _, first, second, *_ = through(None, None, 310, 700, None)
    assert not first[0].is_steady
    assert second[0].is_steady
    assert second[0].pace == pytest.approx(3.12)


@pytest.mark.parametrize(
    "places",
    [(None, None, 400, 700), (None, None, 300, 550), (310, 700)],
    ids=["would have been seen before", "will be seen again", "the scene begins"],
)
def test_two_frames_of_who_may_be_seen_in_others_make_nobody_run(
    places: tuple[float | None, ...],
) -> None:
    assert not any(it.is_steady or it.pace for it in through(*places)[-1])


def test_who_is_seen_again_though_he_should_be_gone_is_no_runner() -> None:
    *_, second, third = through(None, None, 310, 700, 720)
    assert second[0].pace > 2
    assert third[0].pace < 0.5


def test_who_walks_begins_with_the_first_clear_frame() -> None:
    (walker,) = runs([FAINT, FAINT, CLEAR, CLEAR], pace=30.0)
    assert (walker.frames, walker.is_steady, walker.pace) == (2, False, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        glimpse(400, 2.0),
        glimpse(260, 2.0),
        glimpse(100, 2.0, height=60.0),
        glimpse(-260, 0.8),
        glimpse(200, 3.0),
        Glimpse("vehicle", glimpse(100, 2.0).box, 2.0, 0),
    ],
    ids=["ahead of him", "astray", "smaller", "long ago", "at the same time", "a car"],
)
def test_what_does_not_lead_to_him_is_not_his_way(other: Glimpse) -> None:
    glimpses = Glimpses()
    glimpses.see([other], other.at_s)
    glimpses.see([glimpse(200, 2.5, track_id=4)], 2.5)
    assert way_of(glimpses, glimpse(320, 3.0, track_id=4)) == []


def test_first_sight_of_who_is_followed_is_nobody_elses() -> None:
    glimpses = Glimpses()
    glimpses.see([glimpse(100, 1.0, track_id=3)], 1.0)
    assert way_of(glimpses, glimpse(110, 1.5, track_id=3)) == []
    glimpses.see([glimpse(220, 1.5, track_id=4)], 1.5)
    assert way_of(glimpses, glimpse(340, 2.0, track_id=4)) == []


def test_of_a_crowd_only_the_latest_are_kept() -> None:
    glimpses = Glimpses()
    glimpses.see([glimpse(80, 1.0)], 1.0)
    glimpses.see([glimpse(200, 1.5, track_id=4), *[glimpse(900, 1.5)] * 63], 1.5)
    assert way_of(glimpses, glimpse(320, 2.0, track_id=4)) == []
