"""Who went through a door behind somebody else, though only one may have been seen to cross."""

import math
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import NamedTuple, Self

from aegis.domain.observation import FOLLOWER, Box, Crossing, ObservedSubject

_AT_DOOR = 1.5
"""Within so many body heights of where somebody crossed people are at the same door."""

_OUT_OF_NOTHING = frozenset({"inside", "unknown"})
_GONE_S = 1.0
_BEFORE_S = 2.0
_AFTER_S = 4.0
_ANEW_S = 0.5
_BORDER = 0.01
_TOLD_S = 5.0
_REMEMBERED_S = 15.0


class _Passer(NamedTuple):
    """Somebody seen lately: since when, where first, until when, how last; seconds."""

    came_s: float
    came_at: Box
    seen_s: float
    last: ObservedSubject
    was_steady: bool


class _Passage(NamedTuple):
    """One crossing of a door's line, by whom, and where that one was then."""

    number: int
    crossing: Crossing
    at_s: float
    spot: Box


class _Following(NamedTuple):
    """Somebody went through behind who made this passage; known_s: since when that is known."""

    passage: _Passage
    follower: int
    behind_s: float
    known_s: float


class Doorways:
    """People who go through a door one behind another.

    Where both are seen to cross its line, that is plain. But of two who go in together the
    second often hides the first and takes over his number. So it is also believed where one
    crossed, another was at the door with him, and a second later neither is to be seen,
    neither left by the picture's border, and nobody appeared beside the door. Who only walks
    past the door is seen again.

    Bounded: people and crossings of the last fifteen seconds.
    """

    def __init__(
        self,
        passers: dict[int, _Passer] | None = None,
        passages: tuple[_Passage, ...] = (),
        followings: tuple[_Following, ...] = (),
    ) -> None:
        self._passers = passers or {}
        self._passages = passages
        self._followings = followings

    def copy(self) -> Self:
        """One that goes on by itself."""
        return type(self)(self._passers.copy(), self._passages, self._followings)

    def see(
        self, subjects: Sequence[ObservedSubject], resolution_wh: tuple[int, int], at_s: float
    ) -> tuple[ObservedSubject, ...]:
        """Note this frame, later than that before; the followers of the last five seconds.

        A follower is told as it was last seen, with the label FOLLOWER, the one before it as
        its owner, and one crossing whose `behind_s` is how much later it went.
        """
        self._forget(at_s)
        fresh = self._note(subjects, at_s)
        found = chain(self._crossed_behind(fresh), self._gone_together(resolution_wh, at_s))
        for passage, follower, behind_s in found:
            if not self._is_known(passage.number, follower):
                following = _Following(passage, follower, behind_s, at_s)
                self._followings = (*self._followings, following)
        return tuple(
            _as_follower(it, self._passers[it.follower].last, at_s)
            for it in self._followings
            if at_s - it.known_s <= _TOLD_S and it.follower in self._passers
        )

    def _forget(self, at_s: float) -> None:
        oldest_s = at_s - _REMEMBERED_S
        self._passers = {
            number: it for number, it in self._passers.items() if oldest_s <= it.seen_s < at_s
        }
        self._passages = tuple(it for it in self._passages if oldest_s <= it.at_s < at_s)
        self._followings = tuple(it for it in self._followings if oldest_s <= it.known_s < at_s)

    def _note(self, subjects: Sequence[ObservedSubject], at_s: float) -> tuple[_Passage, ...]:
        """Remember the people of this frame; the crossings that are news."""
        known = {(it.number, it.crossing.wire, it.crossing.direction) for it in self._passages}
        fresh = list[_Passage]()
        for person in subjects:
            number = person.track_id
            if person.label != "person" or not number:
                continue
            self._passers[number] = _seen_again(self._passers.get(number), person, at_s)
            fresh += (
                _Passage(number, it, at_s - it.ago_s, person.bbox)
                for it in person.crossings
                if it.kind == "door" and it.counts and it.ago_s <= _GONE_S
                if (number, it.wire, it.direction) not in known
            )
        self._passages += tuple(fresh)
        return tuple(fresh)

    def _crossed_behind(self, fresh: Sequence[_Passage]) -> Iterator[tuple[_Passage, int, float]]:
        """Of these crossings those that somebody else made shortly before."""
        for passage in fresh:
            before = [it for it in self._passages if _leads(it, passage)]
            if before:
                leading = max(before, key=lambda it: it.at_s)
                yield leading, passage.number, passage.at_s - leading.at_s

    def _gone_together(
        self, resolution_wh: tuple[int, int], at_s: float
    ) -> Iterator[tuple[_Passage, int, float]]:
        """Those who vanished at a door with somebody who crossed its line."""
        for passage in self._passages:
            gone = {
                number: it
                for number, it in self._passers.items()
                if _is_gone(it, passage, resolution_wh, at_s)
            }
            leader = gone.pop(passage.number, None)
            if leader is None:
                continue
            for number, other in gone.items():
                if (
                    other.was_steady
                    and _met(leader, other)
                    and not self._is_back(passage, min(leader.seen_s, other.seen_s))
                ):
                    yield passage, number, _gap_s(passage, leader, other)

    def _is_back(self, passage: _Passage, gone_s: float) -> bool:
        """Whether somebody appeared beside the door since, and not by the picture's border."""
        return any(
            it.came_s >= gone_s - _ANEW_S
            and it.last.came_by in _OUT_OF_NOTHING
            and _apart(it.came_at, passage.spot) <= _AT_DOOR
            for it in self._passers.values()
        )

    def _is_known(self, one: int, other: int) -> bool:
        return any({it.passage.number, it.follower} == {one, other} for it in self._followings)


def _seen_again(before: _Passer | None, person: ObservedSubject, at_s: float) -> _Passer:
    if before is None:
        return _Passer(at_s, person.bbox, at_s, person, person.is_steady)
    was_steady = before.was_steady or person.is_steady
    return _Passer(before.came_s, before.came_at, at_s, person, was_steady)


def _leads(first: _Passage, then: _Passage) -> bool:
    """Whether these are crossings of two people, the same way over the same line."""
    same_way = (first.crossing.wire, first.crossing.direction) == (
        then.crossing.wire,
        then.crossing.direction,
    )
    return same_way and first.number != then.number and first.at_s <= then.at_s


def _is_gone(who: _Passer, passage: _Passage, resolution_wh: tuple[int, int], at_s: float) -> bool:
    """Whether it vanished where and when somebody crossed, within the picture, for good."""
    x0, _, x1, _ = who.last.bbox
    margin = _BORDER * resolution_wh[0]
    return (
        at_s - who.seen_s >= _GONE_S
        and -_BEFORE_S <= who.seen_s - passage.at_s <= _AFTER_S
        and _apart(who.last.bbox, passage.spot) <= _AT_DOOR
        and x0 > margin
        and x1 < resolution_wh[0] - margin
    )


def _met(one: _Passer, other: _Passer) -> bool:
    """Whether each was there before the other was gone: they are not one, with two numbers."""
    return one.came_s < other.seen_s and other.came_s < one.seen_s


def _gap_s(passage: _Passage, leader: _Passer, other: _Passer) -> float:
    """At most so long after the first the second went; seconds.

    The first was outside still when one of them vanished, the second inside when both were
    gone; and who vanished before the crossing that was seen went before it.
    """
    first_s, last_s = sorted((leader.seen_s, other.seen_s))
    since_crossing_s = passage.at_s - first_s if first_s < passage.at_s else last_s - passage.at_s
    return min(last_s - first_s, since_crossing_s)


def _apart(one: Box, other: Box) -> float:
    """From feet to feet in heights of the taller box."""
    right = (one[0] + one[2] - other[0] - other[2]) / 2
    height = max(one[3] - one[1], other[3] - other[1], 1.0)
    return math.hypot(right, one[3] - other[3]) / height


def _as_follower(following: _Following, last: ObservedSubject, at_s: float) -> ObservedSubject:
    passage = following.passage
    went = {
        "ago_s": round(max(0.0, at_s - passage.at_s), 3),
        "behind_s": round(following.behind_s, 3),
    }
    return last.changed_by(
        {
            "label": FOLLOWER,
            "owner": passage.number,
            "is_steady": True,
            "crossings": (passage.crossing.changed_by(went),),
        }
    )
