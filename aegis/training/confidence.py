"""Whether scores mean what they say, and from which score on to believe a detection."""

import numpy as np
from numpy.typing import NDArray

from aegis.training.average_precision import Matches

_BINS = 10


def best_threshold(matches: Matches) -> tuple[float, float]:
    """Return the score threshold with the best F1, and that F1 (0 to 1)."""
    if not matches.right.any():
        return 1.0, 0.0
    precision, recall = matches.precision_recall()
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-9)
    best = int(f1.argmax())
    return float(matches.scores[best]), float(f1[best])


def reliability(
    scores: NDArray[np.float32], right: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean score, hit rate and share of each of the ten equal bins that is not empty."""
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    filled = [bins == b for b in np.unique(bins)]
    return (
        np.array([scores[chosen].mean() for chosen in filled], np.float64),
        np.array([right[chosen].mean() for chosen in filled], np.float64),
        np.array([chosen.mean() for chosen in filled], np.float64),
    )


def calibration_error(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error (Guo et al. 2017): ten bins of equal width.

    scores (N,) 0 to 1, right (N,). 0 if there is nothing to judge.
    """
    said, true, share = reliability(scores, right)
    return float((np.abs(said - true) * share).sum())


def fit_platt(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[float, float]:
    """Fit slope and offset so that sigmoid(slope * logit(score) + offset) is the hit rate.

    Platt's scaling (1999), by Newton steps on the log loss, with his softened targets. The
    slope of data that leave no doubt is kept finite by a small penalty.
    """
    x = np.stack((_logit(scores), np.ones(len(scores))), 1)
    positives = int(right.sum())
    high, low = (positives + 1) / (positives + 2), 1 / (len(right) - positives + 2)
    goal = np.where(right, high, low)
    weights = np.array([1.0, 0.0])
    penalty = np.diag([1e-3, 1e-6])
    for _ in range(50):
        said = 1 / (1 + np.exp(-(x @ weights)))
        slope = x.T @ (said - goal) + penalty @ (weights - np.array([1.0, 0.0]))
        curve = (x * (said * (1 - said))[:, None]).T @ x + penalty
        change = np.linalg.solve(curve, slope)
        weights = weights - np.clip(change, -1.0, 1.0)
        if np.abs(change).max() < 1e-8:
            break
    return float(weights[0]), float(weights[1])


def apply_platt(scores: NDArray[np.float32], slope: float, offset: float) -> NDArray[np.float32]:
    """Return the calibrated scores (N,)."""
    calibrated = 1 / (1 + np.exp(-(slope * _logit(scores) + offset)))
    return np.asarray(calibrated, np.float32)


def _logit(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    p = np.clip(scores.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(p / (1 - p)), np.float64)
