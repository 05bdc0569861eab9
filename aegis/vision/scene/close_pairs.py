"""How long the same two people have been at close quarters."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from aegis.domain.observation import ObservedSubject

_CLOSE = 0.5
_APART_S = 1.0


class ClosePairs:
    """Pairs of people whose feet are within half of the taller one's height of each other.

    A pair that is not close, or not seen, for more than a second begins anew: detectors often
    see two who hold each other as one.
    """

    def __init__(self, pairs: dict[tuple[int, int], tuple[float, float]] | None = None) -> None:
        self._pairs = pairs or {}

    def copy(self) -> Self:
        """One that goes on by itself."""
        return type(self)(self._pairs.copy())

    def see(self, subjects: Sequence[ObservedSubject], at_s: float) -> float:
        """Note this frame, later than that before; seconds of the longest pair that is close."""
        self._pairs = {
            pair: (since_s, last_s)
            for pair, (since_s, last_s) in self._pairs.items()
            if 0 <= at_s - last_s <= _APART_S
        }
        close = _close_pairs([it for it in subjects if it.label == "person" and it.track_id])
        for pair in close:
            since_s, _ = self._pairs.get(pair, (at_s, at_s))
            self._pairs[pair] = (since_s, at_s)
        return max((at_s - self._pairs[pair][0] for pair in close), default=0.0)


def _close_pairs(people: Sequence[ObservedSubject]) -> list[tuple[int, int]]:
    if len(people) < 2:
        return []
    boxes = np.array([it.bbox for it in people], np.float64)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    height = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    away = np.hypot(x[:, None] - x, y[:, None] - y) / np.maximum(height[:, None], height)
    ids = [it.track_id or 0 for it in people]
    first, second = np.nonzero(away <= _CLOSE)
    return [
        (min(ids[one], ids[other]), max(ids[one], ids[other]))
        for one, other in zip(first.tolist(), second.tolist(), strict=True)
        if one < other
    ]
