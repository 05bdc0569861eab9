"""Detections made from the truth tremble, miss and imagine as real ones do."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from aegis.domain.detection import Detections
from aegis.testing.scenes.given_eyes import GivenEyes
from aegis.testing.scenes.scene import SceneFrame, TruthBox

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BLANK = np.zeros((180, 320, 3), np.uint8)


def look(seed: int, *truth: TruthBox, frames: int = 2000) -> Iterator[Detections]:
    eyes = GivenEyes(seed)
    for number in range(frames):
        captured_at = NOON + timedelta(seconds=number / 5)
        yield eyes.see(SceneFrame(BLANK, captured_at, number, truth))


def person(visible: float = 1.0, tall: float = 60) -> TruthBox:
    return TruthBox("person", 1, (100, 50, 120, 50 + tall), visible)


def strong(seen: Detections) -> Detections:
    return seen.above(0.35)


def test_the_same_seed_sees_the_same() -> None:
    for one, two in zip(look(3, person(), frames=50), look(3, person(), frames=50), strict=True):
        assert np.array_equal(one.xyxy, two.xyxy)
        assert np.array_equal(one.scores, two.scores)


def test_who_is_in_full_view_is_seen_in_most_frames_near_the_place() -> None:
    seen = [strong(it) for it in look(1, person())]
    found = [it.xyxy[0] for it in seen if len(it)]
    assert 0.9 < len(found) / len(seen) < 0.99
    middle = np.median(found, axis=0)
    assert np.abs(middle - (100, 50, 120, 110)).max() < 2
    assert 0.5 < np.std([it[1] for it in found]) < 4


def test_the_hidden_and_the_small_are_missed_more() -> None:
    def missed(box: TruthBox) -> float:
        return float(np.mean([len(strong(it)) == 0 for it in look(1, box)]))

    assert missed(person()) < missed(person(visible=0.5)) < missed(person(visible=0.25))
    assert missed(person()) < missed(person(tall=8))


def test_misses_come_in_gaps() -> None:
    missed = np.array([len(strong(it)) == 0 for it in look(1, person())])
    again = missed[1:][missed[:-1]].mean()
    assert again > 4 * missed.mean()


def test_an_empty_stage_gives_rare_and_weak_detections() -> None:
    seen = list(look(1))
    imagined = [it for it in seen if len(it)]
    assert 0 < len(imagined) < 0.03 * len(seen)
    assert max(float(it.scores.max()) for it in imagined) <= 0.5


def test_a_parcel_is_no_label_of_the_detectors() -> None:
    parcel = TruthBox("package", 1, (100, 50, 120, 70), 1.0)
    assert not [it for it in look(1, parcel) if "package" in it.labels]
