"""Bags that a detector sees, and whether whoever brought them is still there."""

import math
from collections.abc import Sequence
from typing import NamedTuple, Self

from aegis.domain.observation import Box, ObservedSubject
from aegis.vision.boxes_meet import boxes_meet

BAG = "bag"
_BROUGHT_HEIGHTS = 1.5
_AT_REST = 0.5
_LIES_S = 1.0
_FORGOTTEN_S = 30.0


class _Bag(NamedTuple):
    """number: its first one; foot: where it was put down; lies_s: since when it lies there."""

    number: int
    box: Box
    owner: int
    near_s: float
    seen_s: float
    foot: tuple[float, float]
    lies_s: float


class Luggage:
    """For detectors that know bags; others get by with what the picture shows.

    The owner is the nearest person within one and a half body heights when the bag is first
    seen; a bag that nobody brought is nobody's. It is a left object while it lies still, and
    has been there since it was put down, however long it was carried
    before. One that lies where another was lost from sight is that one, with its number and
    its owner.
    """

    def __init__(self, bags: dict[int, _Bag] | None = None) -> None:
        self._bags = bags or {}

    def copy(self) -> Self:
        """One that goes on by itself."""
        return type(self)(self._bags.copy())

    def see(self, subjects: Sequence[ObservedSubject], at_s: float) -> tuple[ObservedSubject, ...]:
        """The bags that lie still and have an owner, as left objects."""
        people = [it for it in subjects if it.label == "person" and it.track_id]
        self._bags = {
            number: bag
            for number, bag in self._bags.items()
            if 0 <= at_s - bag.seen_s <= _FORGOTTEN_S
        }
        seen = [it for it in subjects if it.label == BAG and it.track_id]
        self._know_again(seen)
        return tuple(left for bag in seen if (left := self._look_at(bag, people, at_s)))

    def knows(self, box: Box) -> bool:
        """Whether a bag that somebody brought is, or lately was, in this part of the picture."""
        return any(boxes_meet(box, bag.box) for bag in self._bags.values())

    def _know_again(self, seen: Sequence[ObservedSubject]) -> None:
        """Bags that the tracker takes for new ones."""
        present = {it.track_id for it in seen}
        for bag in seen:
            if bag.track_id is None or bag.track_id in self._bags:
                continue
            lost = next(
                (
                    number
                    for number, it in self._bags.items()
                    if number not in present and _is_at(bag, it.foot)
                ),
                None,
            )
            if lost is not None:
                self._bags[bag.track_id] = self._bags.pop(lost)

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
            owner = nearest.track_id
            known = _Bag(bag.track_id, bag.bbox, owner, at_s, at_s, _foot(bag), at_s)
        known = known._replace(seen_s=at_s, box=bag.bbox)
        if not _is_at(bag, known.foot):
            known = known._replace(foot=_foot(bag), lies_s=at_s)
        if known.owner in near:
            known = known._replace(near_s=at_s)
        self._bags[bag.track_id] = known
        lies_s, away_s = at_s - known.lies_s, at_s - known.near_s
        if not bag.is_steady or lies_s < _LIES_S:
            return None
        left = {"owner": known.owner, "away_s": round(away_s, 3), "dwell_s": round(lies_s, 3)}
        return bag.model_copy(update={"label": "left_object", "track_id": known.number, **left})


def _is_at(bag: ObservedSubject, foot: tuple[float, float]) -> bool:
    return _distance(_foot(bag), foot) <= _AT_REST * _height(bag)


def _apart(bag: ObservedSubject, person: ObservedSubject) -> float:
    """From the bag's foot to the person's feet, in the person's heights."""
    return _distance(_foot(bag), _foot(person)) / _height(person)


def _distance(first: tuple[float, float], then: tuple[float, float]) -> float:
    return math.hypot(first[0] - then[0], first[1] - then[1])


def _foot(subject: ObservedSubject) -> tuple[float, float]:
    x0, _, x1, y1 = subject.bbox
    return (x0 + x1) / 2, y1


def _height(subject: ObservedSubject) -> float:
    return max(subject.bbox[3] - subject.bbox[1], 1.0)
