"""How long and how often something has been somewhere."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aegis.vision.tracking.rounding import elapsed_s

_REENTRY_S = 3.0
_LEAST_VISIT_S = 1.0


class _Stay(NamedTuple):
    entered_s: float
    last_inside_s: float
    earlier: int = 0


class Stays(NamedTuple):
    """The stays of one thing by the name of the place; an absence of 3 s ends a stay.

    A value: `after` and `begun_anew` give another one, so whoever keeps this one keeps it as
    it is. Times are told to the millisecond. here: where it was at seen_s, when it was last
    seen at any place.
    """

    by_place: Mapping[str, _Stay] = {}
    seen_s: float = float("-inf")
    here: frozenset[str] = frozenset()

    def after(self, inside: Iterable[str], was_in: frozenset[str], at_s: float) -> "Stays":
        """With one more sighting; stays in `was_in` go on whatever the gap."""
        here = frozenset(inside)
        if not here:
            return self
        stays = dict(self.by_place)
        for name in here:
            stay = stays.get(name)
            if stay and (name in was_in or at_s - stay.last_inside_s <= _REENTRY_S):
                stays[name] = _Stay(stay.entered_s, at_s, stay.earlier)
            else:
                stays[name] = _Stay(at_s, at_s, _visits_until(stay))
        return Stays(stays, at_s, here)

    def begun_anew(self, at_s: float) -> "Stays":
        """As if nothing had been there before this moment."""
        stays = {
            name: _Stay(max(stay.entered_s, at_s), stay.last_inside_s)
            for name, stay in self.by_place.items()
        }
        return Stays(stays, self.seen_s, self.here)

    def present(self, at_s: float) -> frozenset[str]:
        """Where it was at this very sighting."""
        return self.here if self.seen_s == at_s else frozenset()

    def lasted_s(self, seen_s: float, at_s: float) -> dict[str, float]:
        """How long it has been without leaving where it was at that sighting."""
        if self.seen_s != seen_s:
            return {}
        stays = self.by_place
        return {name: elapsed_s(stays[name].entered_s, at_s) for name in self.here}

    def visits(self) -> dict[str, int]:
        """How often it has been at each place for a second or more."""
        stays = self.by_place.items()
        return {name: count for name, stay in stays if (count := _visits_until(stay))}

    def since_s(self, at_s: float) -> dict[str, float]:
        """How long ago it was last at each place; 0 where it is."""
        stays = self.by_place.items()
        return {name: elapsed_s(stay.last_inside_s, at_s) for name, stay in stays}


NOWHERE = Stays()
"""Before it was seen at any place."""


def _visits_until(stay: _Stay | None) -> int:
    if stay is None:
        return 0
    return stay.earlier + (stay.last_inside_s - stay.entered_s >= _LEAST_VISIT_S)
