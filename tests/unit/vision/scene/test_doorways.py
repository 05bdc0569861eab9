"""Two through a door, one behind the other, and those who only seem to be."""

from collections.abc import Callable, Mapping

import pytest

from aegis.domain.observation import FOLLOWER, Crossing, Entry, ObservedSubject
from aegis.vision.scene.doorways import Doorways

SIZE = (640, 360)
DOOR_X = 300.0
STEP_S = 0.25
CROSSED_S = 10.0

Place = Callable[[float], float | None]
"""Where somebody's feet are at a moment, from left to right; None: out of sight."""


def person(
    number: int, x: float, at_s: float, crossed_s: float | None = None, came_by: Entry = "left"
) -> ObservedSubject:
    ago_s = -1.0 if crossed_s is None else at_s - crossed_s
    door = Crossing(
        wire="gate", kind="door", direction="forward", counts=True, ago_s=max(0.0, ago_s)
    )
    return ObservedSubject(
        label="person",
        score=0.8,
        bbox=(x - 20, 150, x + 20, 250),
        track_id=number,
        is_steady=True,
        came_by=came_by,
        crossings=(door,) if ago_s >= 0 else (),
    )


def film(
    places: Mapping[int, Place],
    crossed_s: Mapping[int, float],
    *,
    came_by: Mapping[int, Entry] | None = None,
    until_s: float = 20.0,
) -> list[tuple[float, ObservedSubject]]:
    """The followers that are told, each with the moment."""
    doorways, told, at_s = Doorways(), list[tuple[float, ObservedSubject]](), 5.0
    while at_s <= until_s:
        there = [
            person(number, x, at_s, crossed_s.get(number), (came_by or {}).get(number, "left"))
            for number, place in places.items()
            if (x := place(at_s)) is not None
        ]
        told += ((at_s, it) for it in doorways.see(there, SIZE, at_s))
        at_s += STEP_S
    return told


def at_door(until_s: float, x: float = DOOR_X) -> Place:
    return lambda at_s: x if at_s <= until_s else None


def walking(speed: float) -> Place:
    """Past the door at the moment of the crossing."""
    return lambda at_s: DOOR_X + speed * (at_s - CROSSED_S)


def test_two_crossings_close_together_are_told_at_once() -> None:
    told = film({1: at_door(10.5), 2: at_door(12.0)}, {1: CROSSED_S, 2: 11.5})
    first_s, follower = told[0]
    assert first_s == 11.5
    assert (follower.label, follower.track_id, follower.owner) == (FOLLOWER, 2, 1)
    assert follower.crossings[0].behind_s == 1.5
    assert {it.track_id for _, it in told} == {2}
    assert told[-1][0] == 16.5


@pytest.mark.parametrize("seen_to_cross", [1, 2])
def test_two_who_vanish_at_the_door_went_in_though_one_crossing_was_seen(
    seen_to_cross: int,
) -> None:
    told = film({1: at_door(10.25), 2: at_door(11.0, DOOR_X - 40)}, {seen_to_cross: CROSSED_S})
    first_s, follower = told[0]
    assert first_s == pytest.approx(12.0)
    assert (follower.label, follower.owner) == (FOLLOWER, seen_to_cross)
    assert follower.crossings[0].behind_s == pytest.approx(0.75)


def test_who_goes_in_alone_has_no_follower() -> None:
    assert film({1: at_door(10.25)}, {1: CROSSED_S}) == []


def test_who_only_walks_by_is_no_follower() -> None:
    assert film({1: at_door(10.25), 2: walking(40.0)}, {1: CROSSED_S}) == []


def test_who_waits_before_the_door_is_no_follower() -> None:
    assert film({1: at_door(10.25), 2: at_door(99.0, DOOR_X - 40)}, {1: CROSSED_S}) == []


def test_who_goes_in_much_later_is_told_with_the_time_between() -> None:
    told = film({1: at_door(10.25), 2: at_door(17.0)}, {1: CROSSED_S, 2: 16.0})
    assert {it.crossings[0].behind_s for _, it in told} == {6.0}


def test_who_walks_on_under_another_number_is_no_follower() -> None:
    """The detector lost the one who passes by, and found him again as somebody new."""
    places: dict[int, Place] = {
        1: at_door(10.25),
        2: lambda at_s: walking(40.0)(at_s) if at_s <= 10.5 else None,
        3: lambda at_s: walking(40.0)(at_s) if at_s >= 11.0 else None,
    }
    assert film(places, {1: CROSSED_S}, came_by={3: "inside"}) == []


def test_one_person_with_two_numbers_is_not_two() -> None:
    places: dict[int, Place] = {
        1: at_door(9.5),
        2: lambda at_s: DOOR_X if 9.75 <= at_s <= 10.5 else None,
    }
    assert film(places, {2: CROSSED_S}, came_by={2: "inside"}) == []


def test_who_leaves_by_the_border_beside_the_door_did_not_go_in() -> None:
    told = film({1: at_door(10.25, 80), 2: at_door(10.5, 22)}, {1: CROSSED_S})
    assert told == []
