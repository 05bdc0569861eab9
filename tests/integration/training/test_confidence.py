"""Scores that mean what they say, and the score from which to believe."""

import numpy as np
import pytest

from aegis.training.average_precision import Matches
from aegis.training.confidence import apply_platt, best_threshold, calibration_error, fit_platt


def _matches(scores: list[float], right: list[bool], things: int) -> Matches:
    return Matches(np.array(scores, np.float32), np.array(right, np.bool_), things)


@pytest.mark.parametrize(
    ("matches", "expected"),
    [
        (_matches([], [], 3), (1.0, 0.0)),
        (_matches([0.9], [False], 3), (1.0, 0.0)),
        (_matches([0.9, 0.8, 0.2], [True, True, False], 2), (0.8, 1.0)),
        (_matches([0.9, 0.8, 0.7], [True, False, True], 2), (0.7, 0.8)),
    ],
)
def test_the_threshold_has_the_best_f1(matches: Matches, expected: tuple[float, float]) -> None:
    assert best_threshold(matches) == pytest.approx(expected)


def test_nothing_to_judge_is_no_error() -> None:
    assert calibration_error(np.zeros(0, np.float32), np.zeros(0, np.bool_)) == 0


def test_the_calibration_error_is_the_gap_between_said_and_true() -> None:
    scores = np.full(10, 0.95, np.float32)
    assert calibration_error(scores, np.arange(10) < 7) == pytest.approx(0.25)


def test_platt_scaling_undoes_a_known_distortion() -> None:
    random = np.random.default_rng(0)
    truth = random.uniform(0.02, 0.98, 20_000)
    right = random.random(20_000) < truth
    distorted = apply_platt(truth.astype(np.float32), 0.5, -1.0)
    slope, offset = fit_platt(distorted, right)
    assert (slope, offset) == pytest.approx((2.0, 2.0), abs=0.15)
    assert calibration_error(apply_platt(distorted, slope, offset), right) < 0.02


def test_platt_scaling_stays_finite_where_scores_leave_no_doubt() -> None:
    scores = np.array([0.1] * 5 + [0.9] * 5, np.float32)
    slope, offset = fit_platt(scores, scores > 0.5)
    assert np.isfinite([slope, offset]).all()
    assert slope > 0
