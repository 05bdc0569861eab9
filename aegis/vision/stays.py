"""How long and how often something has been somewhere."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

_REENTRY_S = 3.0
_LEAST_VISIT_S = 1.0


@dataclass(slots=True)
class _Stay:
    entered_s: float
    last_inside_s: float
    earlier: int = 0


@dataclass(slots=True)
class Stays:
    """The stays of one thing by the name of the place; an absence of 3 s ends a stay."""

    _stays: dict[str, _Stay] = field(default_factory=dict)
    _seen: tuple[float, frozenset[str]] = (float("-inf"), frozenset())

    def copy(self) -> Self:
        """One that goes on by itself."""
        stays = {
            name: _Stay(stay.entered_s, stay.last_inside_s, stay.earlier)
            for name, stay in self._stays.items()
        }
        return type(self)(stays, self._seen)

    def see(self, inside: Iterable[str], was_in: frozenset[str], at_s: float) -> None:
        """Begin or go on with stays; stays in `was_in` go on whatever the gap."""
        self._seen = (at_s, frozenset(inside))
        for name in self._seen[1]:
            stay = self._stays.get(name)
            if stay and (name in was_in or at_s - stay.last_inside_s <= _REENTRY_S):
                stay.last_inside_s = at_s
            else:
                self._stays[name] = _Stay(at_s, at_s, _visits_until(stay))

    def present(self, at_s: float) -> frozenset[str]:
        """Where it was at this very sighting."""
        return self._seen[1] if self._seen[0] == at_s else frozenset()

    def length_s(self, name: str, at_s: float) -> float:
        """How long it has been there without leaving."""
        stay = self._stays.get(name)
        return max(0.0, at_s - stay.entered_s) if stay else 0.0

    def visits(self) -> dict[str, int]:
        """How often it has been at each place for a second or more."""
        counts = {name: _visits_until(stay) for name, stay in self._stays.items()}
        return {name: count for name, count in counts.items() if count}

    def since_s(self, at_s: float) -> dict[str, float]:
        """How long ago it was last at each place; 0 where it is."""
        return {name: max(0.0, at_s - stay.last_inside_s) for name, stay in self._stays.items()}

    def begin_anew(self, at_s: float) -> None:
        """Nothing was there before this moment."""
        for stay in self._stays.values():
            stay.entered_s = max(stay.entered_s, at_s)
            stay.earlier = 0


def _visits_until(stay: _Stay | None) -> int:
    if stay is None:
        return 0
    return stay.earlier + (stay.last_inside_s - stay.entered_s >= _LEAST_VISIT_S)
