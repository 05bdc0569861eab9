"""A few small nets that vote on whether numbers show a fight, judged across sources."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_LIMIT = 4.0
_LEAST_DEVIATION = 1e-3
_NETS = 4
_HIDDEN = 32
_EPOCHS = 30
_BATCH = 256
_RATE = 4e-3
_DECAY = 1.0
_DROPPED_INPUTS, _DROPPED_HIDDEN = 0.5, 0.3
_MIXING = 0.4

Numbers = NDArray[np.float64]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Committee:
    """Nets with one hidden layer side by side: what they say is the mean of their logits.

    mean, deviation: (N,), inputs are scaled and cut at four deviations. hidden_weight (H, N),
    hidden_bias (H,): of all nets' hidden units. weight (H,), bias: of the mean.
    losses: mean training loss of each epoch.
    """

    mean: Values
    deviation: Values
    hidden_weight: Values
    hidden_bias: Values
    weight: Values
    bias: float
    losses: tuple[float, ...] = ()

    @property
    def loss_curve(self) -> Numbers:
        """The losses as (epochs,)."""
        return np.array(self.losses, np.float64)

    def logits(self, x: Numbers) -> Numbers:
        """(M, N) -> (M,)."""
        scaled = _scaled(x, self.mean, self.deviation)
        hidden = np.maximum(scaled @ self.hidden_weight.T + self.hidden_bias, 0)
        return np.asarray(hidden @ self.weight + self.bias, np.float64)


def fit_committee(x: Numbers, right: NDArray[np.bool_], trust: Numbers, seed: int) -> Committee:
    """Fit each net from other beginnings, with dropout, decay and mixed rows.

    x (M, N), right (M,), trust (M,) how much each row counts. The same seed, data and machine
    give the same nets.

    Source: mixing, Zhang et al. 2018, https://arxiv.org/abs/1710.09412.
    """
    share = trust / trust.sum()
    mean = share @ x
    deviation = np.maximum(np.sqrt(share @ (x - mean) ** 2), _LEAST_DEVIATION)
    mean, deviation = mean.astype(np.float32), deviation.astype(np.float32)
    inputs = torch.from_numpy(_scaled(x, mean, deviation))
    wanted = torch.from_numpy(right.astype(np.float32))
    counts = torch.from_numpy((share * len(x)).astype(np.float32))
    with torch.random.fork_rng(devices=[]):
        fitted = [_fit_net(inputs, wanted, counts, seed + member) for member in range(_NETS)]
    hidden, last = [net.hidden for net, _ in fitted], [net.last for net, _ in fitted]
    return Committee(
        mean,
        deviation,
        np.concatenate([_values(layer.weight) for layer in hidden]),
        np.concatenate([_values(layer.bias) for layer in hidden]),
        np.concatenate([_values(layer.weight / _NETS)[0] for layer in last]),
        float(np.mean([_values(layer.bias)[0] for layer in last])),
        tuple(np.mean([losses for _, losses in fitted], axis=0).tolist()),
    )


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
    seed: int = 1,
    folds: int = 10,
) -> Numbers:
    """(M,) what fits that never saw a row's source say of it."""
    logits = np.zeros(len(x))
    for out in folds_by_source(sources, folds, seed):
        kinds = right[~out]
        if kinds.all() or not kinds.any():
            continue
        logits[out] = fit_committee(x[~out], kinds, trust[~out], seed).logits(x[out])
    return logits


class _Net(nn.Module):
    """One of the committee while it learns."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.hidden, self.last = nn.Linear(inputs, _HIDDEN), nn.Linear(_HIDDEN, 1)

    def forward(self, rows: Tensor) -> Tensor:
        """(B, N) -> (B,) logits."""
        seen = nn.functional.dropout(rows, _DROPPED_INPUTS)
        units = nn.functional.dropout(nn.functional.relu(self.hidden(seen)), _DROPPED_HIDDEN)
        said: Tensor = self.last(units)[:, 0]
        return said


def _fit_net(inputs: Tensor, wanted: Tensor, counts: Tensor, seed: int) -> tuple[_Net, list[float]]:
    """The net and the mean loss of each epoch."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    net = _Net(inputs.shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=_RATE, weight_decay=_DECAY)
    batches = -(-len(inputs) // _BATCH)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=_EPOCHS * batches)
    losses = []
    for _ in range(_EPOCHS):
        total = 0.0
        for rows in torch.split(torch.randperm(len(inputs)), _BATCH):
            others = rows[torch.randperm(len(rows))]
            part = float(random.beta(_MIXING, _MIXING))
            said = net(part * inputs[rows] + (1 - part) * inputs[others])
            loss = part * _loss(said, wanted[rows], counts[rows])
            loss = loss + (1 - part) * _loss(said, wanted[others], counts[others])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            rates.step()
            total += float(loss.detach()) * len(rows)
        losses.append(total / len(inputs))
    return net, losses


def _loss(said: Tensor, wanted: Tensor, counts: Tensor) -> Tensor:
    each = nn.functional.binary_cross_entropy_with_logits(said, wanted, reduction="none")
    return (counts * each).mean()


def _scaled(x: Numbers, mean: Values, deviation: Values) -> Values:
    return np.clip((x - mean) / deviation, -_LIMIT, _LIMIT).astype(np.float32)


def _values(parameter: Tensor) -> Values:
    return np.asarray(parameter.detach().numpy(), np.float32)
