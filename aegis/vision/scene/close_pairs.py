"""How long the same two people have been at close quarters."""

from collections.abc import Sequence
from typing import Self

_APART_S = 1.0


class ClosePairs:
    """Pairs of people at close quarters, each by their ids, with how long they have been so.

    A pair that is not close, or not seen, for more than a second begins anew: detectors often
    see two who hold each other as one.
    """

    def __init__(self, pairs: dict[tuple[int, int], tuple[float, float]] | None = None) -> None:
        self._pairs = pairs or {}

    def copy(self) -> Self:
        """One that goes on by itself."""
        return type(self)(self._pairs.copy())

    def see(self, close: Sequence[tuple[int, int]], at_s: float) -> float:
        """Note this frame, later than that before; seconds of the longest pair that is close."""
        self._pairs = {
            pair: (since_s, last_s)
            for pair, (since_s, last_s) in self._pairs.items()
            if 0 <= at_s - last_s <= _APART_S
        }
        for pair in close:
            since_s, _ = self._pairs.get(pair, (at_s, at_s))
            self._pairs[pair] = (since_s, at_s)
        return max((at_s - self._pairs[pair][0] for pair in close), default=0.0)
