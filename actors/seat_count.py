"""Seats that replicas hold for their callers, each forgotten when its replica is not heard of."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_FORGOTTEN_AFTER_S = 30.0


@dataclass(slots=True)
class _Holder:
    heard_s: float
    seats: Counter[str] = field(default_factory=Counter)


class SeatCount:
    """One count for all replicas; times are seconds of any clock that only grows."""

    def __init__(self) -> None:
        self._holders: dict[str, _Holder] = {}

    def seat(self, holder: str, seats: Mapping[str, int], now_s: float) -> dict[str, int]:
        """Note what a replica holds for these callers; answers what each holds in all."""
        self._holders = {
            name: it
            for name, it in self._holders.items()
            if now_s - it.heard_s <= _FORGOTTEN_AFTER_S
        }
        mine = self._holders.setdefault(holder, _Holder(now_s))
        mine.heard_s = now_s
        mine.seats.update({caller: held - mine.seats[caller] for caller, held in seats.items()})
        mine.seats += Counter()
        return {caller: sum(it.seats[caller] for it in self._holders.values()) for caller in seats}
