"""Ids that last, at every frame rate."""

import pickle
import warnings

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.vision.tracking.tracker import UNTRACKED, Tracker

HEIGHT = 200.0


def standing(x: float, y: float = 400.0, score: float = 0.6, label: str = "person") -> Detections:
    box = [x - 40, y - HEIGHT, x + 40, y]
    return Detections(np.array([box], np.float32), np.array([score], np.float32), (label,))


def together(*seen: Detections) -> Detections:
    return Detections(
        np.concatenate([one.xyxy for one in seen]),
        np.concatenate([one.scores for one in seen]),
        tuple(label for one in seen for label in one.labels),
    )


@pytest.mark.parametrize("hertz", [2, 3, 5, 10, 25])
def test_walker_keeps_one_id(hertz: int) -> None:
    tracker = Tracker(0.35)
    ids = {
        tracker.update(standing(100 + 0.8 * HEIGHT * step / hertz), 1000 + step / hertz).item()
        for step in range(6 * hertz)
    }
    assert ids == {1}


@pytest.mark.parametrize("hertz", [2, 3, 5, 10, 25])
def test_runner_keeps_one_id_from_the_edge_of_the_picture_on(hertz: int) -> None:
    tracker = Tracker(0.35)
    at_the_edge = standing(0)
    at_the_edge.xyxy[0, 0] = 0
    ids = {tracker.update(at_the_edge, 1000).item()}
    for step in range(1, 2 * hertz):
        ids.add(tracker.update(standing(3 * HEIGHT * step / hertz), 1000 + step / hertz).item())
    assert ids == {1}


def test_nobody_runs_four_body_heights_within_a_third_of_a_second() -> None:
    tracker = Tracker(0.35)
    ids = [tracker.update(standing(4 * HEIGHT * step), 1000 + step / 3).item() for step in range(3)]
    assert ids == [1, 2, 3]


@pytest.mark.parametrize("interval_s", [1.0, 2.0, 5.0])
def test_somebody_standing_keeps_one_id_where_frames_are_rare(interval_s: float) -> None:
    tracker = Tracker(0.35)
    ids = {tracker.update(standing(300), 1000 + step * interval_s).item() for step in range(8)}
    assert ids == {1}


def test_five_walkers_with_missed_frames_hardly_change_ids() -> None:
    random, hertz, changes = np.random.default_rng(5), 5, 0
    tracker, last = Tracker(0.35), dict[int, int]()
    for step in range(60):
        seen = [who for who in range(5) if random.random() > 0.15]
        walkers = [standing(100 + 250 * who + 25 * step / hertz, 300 + 80 * who) for who in seen]
        if not walkers:
            continue
        for who, track_id in zip(
            seen, tracker.update(together(*walkers), step / hertz), strict=True
        ):
            changes += last.get(who, track_id) != track_id
            last[who] = int(track_id)
    assert changes <= 1
    assert len(set(last.values())) == 5


def test_weapon_does_not_take_the_id_of_the_person_behind_it() -> None:
    tracker = Tracker(0.35)
    for step in range(5):
        ids = tracker.update(together(standing(300), standing(300, label="weapon")), step / 5)
    assert ids.tolist() == [1, 2]
    assert tracker.update(standing(300, label="weapon"), 1.2).item() == 2


def test_id_survives_three_seconds_of_blindness() -> None:
    tracker = Tracker(0.35)
    for step in range(10):
        tracker.update(standing(300), step / 5)
    for step in range(15):
        tracker.update(Detections.empty(), 2 + step / 5)
    assert tracker.update(standing(310), 5.0).item() == 1


def test_somebody_new_elsewhere_gets_a_new_id() -> None:
    tracker = Tracker(0.35)
    tracker.update(standing(100), 0.0)
    tracker.update(Detections.empty(), 1.0)
    assert tracker.update(standing(900), 2.0).item() == 2


def test_weak_detection_keeps_a_track_but_starts_none() -> None:
    tracker = Tracker(0.35)
    assert tracker.update(standing(300, score=0.4), 0.0).item() == UNTRACKED
    assert tracker.update(standing(300, score=0.6), 0.2).item() == 1
    assert tracker.update(standing(300, score=0.2), 0.4).item() == 1


@pytest.mark.parametrize(("place", "found"), [(2.0, 1), (2.2, 1), (2.8, UNTRACKED), (0, UNTRACKED)])
def test_a_faint_runner_keeps_his_id_where_he_had_to_be(place: float, found: int) -> None:
    tracker = Tracker(0.35)
    for step in range(2):
        tracker.update(standing(1.5 * HEIGHT * step), 1000 + step / 2)
    faint = standing(1.5 * HEIGHT * place, score=0.2)
    assert tracker.update(faint, 1001).item() == found


def test_match_remembers_nothing() -> None:
    tracker = Tracker(0.35)
    tracker.update(standing(300), 0.0)
    assert tracker.match(together(standing(305), standing(900))).tolist() == [1, UNTRACKED]
    assert tracker.update(standing(900), 0.2).item() == 2


def test_pickled_tracker_is_small_and_goes_on_with_its_ids() -> None:
    tracker = Tracker(0.35)
    for step in range(20):
        tracker.update(together(*(standing(100 * who) for who in range(10))), step / 5)
    frozen = pickle.dumps(tracker)
    thawed: Tracker = pickle.loads(frozen)
    assert len(frozen) < 10_000
    assert thawed.update(standing(500), 4.2).tolist() == tracker.match(standing(500)).tolist()


def test_forgotten_scene_never_gives_an_id_twice() -> None:
    tracker = Tracker(0.35)
    tracker.update(standing(300), 0.0)
    tracker.forget()
    assert tracker.update(standing(300), 100.0).item() == 2


def test_library_takes_our_times_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tracker = Tracker(0.35)
        for at_s in (1.7e9, 1.7e9 + 0.033, 1.7e9 + 40):
            tracker.update(standing(300), at_s)
