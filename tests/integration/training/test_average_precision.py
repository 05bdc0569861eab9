"""How detections are matched and summed up."""

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.training.average_precision import match
from aegis.training.labelled_images import LabelledImage

BOX = [0.0, 0.0, 10.0, 10.0]
OTHER = [50.0, 50.0, 60.0, 60.0]


def _truth(*boxes: list[float]) -> LabelledImage:
    return LabelledImage(
        np.zeros((80, 80), np.uint8),
        np.array(boxes, np.float32).reshape(-1, 4),
        np.zeros(len(boxes), np.int64),
        np.ones(len(boxes), np.float32),
        np.ones(1, np.bool_),
    )


def _seen(*scored: tuple[list[float], float], label: str = "person") -> Detections:
    return Detections(
        np.array([box for box, _ in scored], np.float32).reshape(-1, 4),
        np.array([score for _, score in scored], np.float32),
        (label,) * len(scored),
    )


@pytest.mark.parametrize(
    ("truth", "seen", "expected"),
    [
        (_truth(), _seen(), 0.0),
        (_truth(), _seen((BOX, 0.9)), 0.0),
        (_truth(BOX), _seen(), 0.0),
        (_truth(BOX), _seen((BOX, 0.9)), 1.0),
        (_truth(BOX), _seen((BOX, 0.9), label="weapon"), 0.0),
        (_truth(BOX), _seen((BOX, 0.9), (BOX, 0.8)), 1.0),
        (_truth(BOX), _seen((OTHER, 0.9), (BOX, 0.8)), 0.5),
        (_truth(BOX, OTHER), _seen((BOX, 0.9)), 0.5),
        (
            _truth(BOX, OTHER),
            _seen((BOX, 0.9), ([20.0] * 2 + [30.0] * 2, 0.8), (OTHER, 0.7)),
            5 / 6,
        ),
    ],
)
def test_average_precision(truth: LabelledImage, seen: Detections, expected: float) -> None:
    assert match([truth], [seen], "person", 0).average_precision() == pytest.approx(expected)


def test_the_better_score_claims_the_thing() -> None:
    matches = match([_truth(BOX)], [_seen((BOX, 0.8), (BOX, 0.9))], "person", 0)
    assert matches.scores.tolist() == pytest.approx([0.9, 0.8])
    assert matches.right.tolist() == [True, False]


def test_pictures_are_pooled_by_score() -> None:
    truths = [_truth(BOX), _truth()]
    matches = match(truths, [_seen((BOX, 0.5)), _seen((BOX, 0.7))], "person", 0)
    assert matches.right.tolist() == [False, True]
    assert matches.things == 1
