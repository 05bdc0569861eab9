"""Logistic regression with a quadratic penalty, and how it is judged across sources."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LIMIT = 4.0
_ROUNDS = 40
_LEAST_DEVIATION = 1e-3

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Logistic:
    """mean, deviation, weight: (N,); inputs are scaled and cut at four deviations.

    losses: mean log loss after each Newton step of the fit.
    """

    mean: Numbers
    deviation: Numbers
    weight: Numbers
    bias: float
    losses: tuple[float, ...] = ()

    @property
    def loss_curve(self) -> Numbers:
        """The losses as (rounds,)."""
        return np.array(self.losses, np.float64)

    def logits(self, x: Numbers) -> Numbers:
        """(M, N) -> (M,)."""
        scaled = np.clip((x - self.mean) / self.deviation, -_LIMIT, _LIMIT)
        return np.asarray(scaled @ self.weight + self.bias, np.float64)


def fit_logistic(x: Numbers, right: NDArray[np.bool_], trust: Numbers, penalty: float) -> Logistic:
    """Fit by Newton steps on the weighted log loss.

    x (M, N), right (M,), trust (M,) how much each row counts; penalty: on the squared weights.
    """
    mean, deviation = x.mean(0), np.maximum(x.std(0), _LEAST_DEVIATION)
    scaled = np.clip((x - mean) / deviation, -_LIMIT, _LIMIT)
    rows = np.concatenate((scaled, np.ones((len(x), 1))), 1)
    ridge = np.full(rows.shape[1], penalty)
    ridge[-1] = 1e-3
    weights, losses = np.zeros(rows.shape[1]), []
    for _ in range(_ROUNDS):
        said = 1 / (1 + np.exp(-rows @ weights))
        losses.append(_loss(said, right, trust))
        slope = rows.T @ (trust * (said - right)) + ridge * weights
        curve = (rows * (trust * said * (1 - said))[:, None]).T @ rows + np.diag(ridge)
        change = np.linalg.solve(curve, slope)
        weights = weights - change
        if np.abs(change).max() < 1e-5:
            break
    return Logistic(mean, deviation, weights[:-1], float(weights[-1]), tuple(losses))


def folds_by_source(
    sources: NDArray[np.str_], count: int, seed: int
) -> Iterator[NDArray[np.bool_]]:
    """Yield (M,) masks of what is held out, every source whole and once."""
    names = np.unique(sources)
    np.random.default_rng(seed).shuffle(names)
    for first in range(min(count, len(names))):
        yield np.isin(sources, names[first::count])


def held_out_logits(
    x: Numbers,
    right: NDArray[np.bool_],
    trust: Numbers,
    sources: NDArray[np.str_],
    penalty: float,
    seed: int = 1,
    folds: int = 10,
) -> Numbers:
    """(M,) what fits that never saw a row's source say of it."""
    logits = np.zeros(len(x))
    for out in folds_by_source(sources, folds, seed):
        kinds = right[~out]
        if kinds.all() or not kinds.any():
            continue
        logits[out] = fit_logistic(x[~out], kinds, trust[~out], penalty).logits(x[out])
    return logits


def _loss(said: Numbers, right: NDArray[np.bool_], trust: Numbers) -> float:
    sure = np.clip(np.where(right, said, 1 - said), 1e-9, 1)
    return float(-(trust * np.log(sure)).sum() / trust.sum())
