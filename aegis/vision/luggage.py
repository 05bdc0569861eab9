"""Bags that a detector sees, and whether whoever brought them is still there."""

from collections.abc import Sequence
from dataclasses import dataclass

from aegis.domain.observation import ObservedSubject

BAG = "bag"
_BROUGHT_HEIGHTS = 1.5
_AT_REST = 0.35
_FORGOTTEN_S = 30.0


@dataclass(slots=True)
class _Bag:
    owner: int
    near_s: float
    seen_s: float


class Luggage:
    """For detectors that know bags; others get by with what the picture shows.

    The owner is the nearest person within one and a half body heights when the bag is first
    seen; a bag that nobody brought is nobody's. It is a left object while it lies still.
    """

    def __init__(self) -> None:
        self._bags: dict[int, _Bag] = {}

    def see(self, subjects: Sequence[ObservedSubject], at_s: float) -> tuple[ObservedSubject, ...]:
        """The bags that lie still and have an owner, as left objects."""
        people = [it for it in subjects if it.label == "person" and it.track_id]
        self._bags = {
            number: bag
            for number, bag in self._bags.items()
            if 0 <= at_s - bag.seen_s <= _FORGOTTEN_S
        }
        return tuple(
            left
            for subject in subjects
            if subject.label == BAG and (left := self._look_at(subject, people, at_s))
        )

    def _look_at(
        self, bag: ObservedSubject, people: Sequence[ObservedSubject], at_s: float
    ) -> ObservedSubject | None:
        if bag.track_id is None:
            return None
        near = {it.track_id: it for it in people if _apart(bag, it) <= _BROUGHT_HEIGHTS}
        known = self._bags.get(bag.track_id)
        if known is None:
            nearest = min(near.values(), key=lambda it: _apart(bag, it), default=None)
            if nearest is None or nearest.track_id is None:
                return None
            known = self._bags[bag.track_id] = _Bag(nearest.track_id, at_s, at_s)
        known.seen_s = at_s
        if known.owner in near:
            known.near_s = at_s
        if not bag.is_steady or bag.roam > _AT_REST:
            return None
        away_s = round(at_s - known.near_s, 3)
        left = {"label": "left_object", "owner": known.owner, "away_s": away_s}
        return bag.model_copy(update=left)


def _apart(bag: ObservedSubject, person: ObservedSubject) -> float:
    """From the bag's foot to the person's feet, in the person's heights."""
    x0, y0, x1, y1 = person.bbox
    right = (bag.bbox[0] + bag.bbox[2] - x0 - x1) / 2
    down = bag.bbox[3] - y1
    return float((right**2 + down**2) ** 0.5) / max(y1 - y0, 1.0)
