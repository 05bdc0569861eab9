"""Things left and taken, told from pictures with people in them."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject
from aegis.domain.site import Camera, Zone
from aegis.vision.background.scene_picture import ScenePicture
from tests.unit.vision.room_pictures import SIZE, Room, with_box

Wall = NDArray[np.float32]
BAG = (150, 120, 166, 140)
SHELF = Zone(
    name="shelf", polygon=((0.4, 0.6), (0.6, 0.6), (0.6, 0.85), (0.4, 0.85)), kind="protected"
)


def person(x: float, touch_s: float = 0.0) -> ObservedSubject:
    return ObservedSubject(
        label="person",
        score=0.8,
        bbox=(x - 12.0, 60.0, x + 12.0, 145.0),
        track_id=7,
        is_steady=True,
        contact_s={"shelf": touch_s} if touch_s > 0 else {},
    )


def watch(
    scenery: Callable[[float, Wall], Wall],
    walk: Callable[[float], float | None],
    camera: Camera | None = None,
    seconds: float = 40.0,
    touch_from_s: float = 1e9,
) -> list[tuple[float, ObservedSubject]]:
    """Quiet for 10 s; then what the functions say, told the seconds since the beginning."""
    room, scene = Room(), ScenePicture(camera or Camera())
    told: list[tuple[float, ObservedSubject]] = []
    for step in range(round(seconds * 4)):
        at_s = step / 4
        x = walk(at_s) if at_s >= 10 else None
        wall = scenery(at_s, room.wall)
        people: list[ObservedSubject] = []
        if x is not None:
            people = [person(x, at_s - touch_from_s)]
            wall = with_box(wall, people[0].bbox, 40 + 10 * np.sin(3 * at_s))
        _, things = scene.see(room.shot(wall), people, SIZE, at_s)
        told += [(at_s, thing) for thing in things]
    return told


def passes_by(at_s: float) -> float | None:
    """In from the left at 10 s, at the bag's place until 16 s, gone to the right by 22 s."""
    if at_s < 12:
        return -15 + 87 * (at_s - 10)
    if at_s < 16:
        return 159
    return 159 + 30 * (at_s - 16) if at_s < 22 else None


def left_bag(at_s: float, wall: Wall) -> Wall:
    return with_box(wall, BAG, 240) if at_s >= 14 else wall


def taken_bag(at_s: float, wall: Wall) -> Wall:
    return with_box(wall, BAG, 240) if at_s < 14 else wall


def untouched(_: float, wall: Wall) -> Wall:
    return wall


def test_left_bag_is_told_with_its_owner_who_goes_away() -> None:
    told = watch(left_bag, passes_by)
    assert told
    assert {thing.label for _, thing in told} == {"left_object"}
    assert {(thing.owner, thing.track_id) for _, thing in told} == {(7, 1)}
    assert all(thing.put_down for _, thing in told)
    at_s, last = told[-1]
    assert last.dwell_s == pytest.approx(at_s - 16, abs=3.5)
    assert last.away_s == pytest.approx(at_s - 20, abs=2.5)
    x0, y0, x1, y1 = last.bbox
    assert abs((x0 + x1) / 2 - 158) < 6
    assert abs((y0 + y1) / 2 - 130) < 8


def test_a_bag_beside_which_somebody_else_stands_is_not_left_alone() -> None:
    away: dict[bool, float] = {}
    for is_attended in (False, True):
        room, scene = Room(), ScenePicture(Camera())
        for step in range(160):
            at_s = step / 4
            owner_x = passes_by(at_s) if at_s >= 10 else None
            people = [] if owner_x is None else [person(owner_x)]
            if is_attended and at_s >= 26:
                people.append(person(140.0).model_copy(update={"track_id": 8}))
            wall = left_bag(at_s, room.wall)
            for one in people:
                wall = with_box(wall, one.bbox, 40 + 10 * np.sin(3 * at_s))
            _, things = scene.see(room.shot(wall), people, SIZE, at_s)
            for thing in things:
                away[is_attended] = thing.away_s
    assert away[False] >= 15
    assert away[True] == 0


def test_taken_bag_is_told_as_taken_and_by_whom() -> None:
    told = watch(taken_bag, passes_by)
    assert {(thing.label, thing.owner) for _, thing in told} == {("taken_object", 7)}


def test_somebody_who_stands_for_long_and_goes_leaves_nothing() -> None:
    def stands(at_s: float) -> float | None:
        return 159 if at_s < 30 else 159 + 40 * (at_s - 30) if at_s < 35 else None

    assert watch(untouched, stands) == []


MARK = (150, 66, 166, 86)
LARGE = (110, 80, 200, 145)


@pytest.mark.parametrize("box", [MARK, LARGE], ids=["mark on the wall", "larger than luggage"])
def test_what_nobody_can_have_put_down_is_nobodys_luggage(box: tuple[int, ...]) -> None:
    def there(at_s: float, wall: Wall) -> Wall:
        return with_box(wall, (box[0], box[1], box[2], box[3]), 240) if at_s >= 14 else wall

    assert watch(there, passes_by) == []


def test_a_mark_on_a_protected_wall_is_a_change_that_was_not_put_down() -> None:
    def marked(at_s: float, wall: Wall) -> Wall:
        return with_box(wall, MARK, 240) if at_s >= 14 else wall

    wall_zone = Zone(
        name="shelf", polygon=((0.4, 0.3), (0.6, 0.3), (0.6, 0.6), (0.4, 0.6)), kind="protected"
    )
    told = watch(marked, passes_by, Camera(zones=(wall_zone,)), touch_from_s=12.0)
    assert {(thing.label, thing.owner, thing.put_down) for _, thing in told} == {
        ("changed_zone", 7, False)
    }


def test_what_comes_to_stand_where_a_vehicle_is_is_a_part_of_it() -> None:
    room, scene = Room(), ScenePicture(Camera())
    told: list[ObservedSubject] = []
    for step in range(160):
        at_s = step / 4
        x = passes_by(at_s) if at_s >= 10 else None
        wall = left_bag(at_s, room.wall)
        seen = [] if x is None else [person(x)]
        if seen:
            wall = with_box(wall, seen[0].bbox, 40)
        if at_s >= 14 and step % 3:
            box = (140.0, 100.0, 260.0, 150.0)
            seen.append(ObservedSubject(label="vehicle", score=0.8, bbox=box, track_id=9))
        told += scene.see(room.shot(wall), seen, SIZE, at_s)[1]
    assert told == []


def test_bag_that_is_picked_up_again_is_forgotten() -> None:
    def put_down(at_s: float, wall: Wall) -> Wall:
        return with_box(wall, BAG, 240) if 14 <= at_s < 25 else wall

    def comes_back(at_s: float) -> float | None:
        return passes_by(at_s) if at_s < 20 else 200 if at_s < 23 else 159 if at_s < 27 else None

    told = watch(put_down, comes_back)
    assert told
    assert told[-1][0] < 32


def test_somebody_whom_the_detector_loses_for_a_while_is_no_object() -> None:
    room, scene = Room(), ScenePicture(Camera(zones=(SHELF,)))
    told: list[ObservedSubject] = []
    for step in range(160):
        at_s = step / 4
        x = passes_by(min(at_s, 15.0)) if at_s >= 10 else None
        wall = room.wall if x is None else with_box(room.wall, person(x).bbox, 40)
        is_lost = at_s % 5 > 1.5
        seen = [] if x is None or (is_lost and at_s > 15) else [person(x)]
        told += scene.see(room.shot(wall), seen, SIZE, at_s)[1]
    assert told == []


@pytest.mark.parametrize(
    "light",
    [
        lambda at_s, wall: 0.6 * wall + 5 if at_s > 15 else wall,
        lambda at_s, wall: with_box(wall, (60, 20, 300, 170), 230) if at_s > 15 else wall,
        lambda at_s, wall: with_box(wall, (20, 100, 45, 140), 220) if at_s > 15 else wall,
    ],
    ids=["dusk", "window", "patch of light where nobody was"],
)
def test_light_is_no_thing(light: Callable[[float, Wall], Wall]) -> None:
    told = watch(light, lambda at_s: 250 if 10 < at_s < 12 else None)
    assert told == []


def test_parcel_taken_from_a_protected_place_is_told_with_the_place() -> None:
    told = watch(taken_bag, passes_by, Camera(zones=(SHELF,)))
    assert {(thing.label, thing.zones) for _, thing in told} == {("taken_object", ("shelf",))}


@pytest.mark.parametrize(
    ("box", "is_portable"), [(BAG, True), ((150, 62, 158, 130), False), (LARGE, False)]
)
def test_only_what_can_be_carried_is_picked_up(box: tuple[int, ...], *, is_portable: bool) -> None:
    """The second is as narrow and high as the edge of a door that was opened."""
    place = (box[0], box[1], box[2], box[3])

    def gone(at_s: float, wall: Wall) -> Wall:
        return with_box(wall, place, 240) if at_s < 14 else wall

    told = watch(gone, passes_by, Camera(zones=(SHELF,)))
    assert {(thing.label, thing.put_down) for _, thing in told} == {("taken_object", is_portable)}


def test_paint_on_a_protected_place_is_a_change_with_the_time_of_touch() -> None:
    told = watch(left_bag, passes_by, Camera(zones=(SHELF,)), touch_from_s=12.0)
    assert {(thing.label, thing.owner) for _, thing in told} == {("changed_zone", 7)}
    assert told[-1][1].contact_s["shelf"] > 3


def test_after_ten_minutes_a_thing_belongs_to_the_scene() -> None:
    room, scene = Room(), ScenePicture(Camera())
    labels: list[int] = []
    for step in range(160):
        at_s = step / 4 if step < 100 else 25.0 + 12 * (step - 99)
        x = passes_by(at_s) if at_s >= 10 else None
        wall = left_bag(at_s, room.wall)
        people = [] if x is None else [person(x)]
        if people:
            wall = with_box(wall, people[0].bbox, 40)
        labels.append(len(scene.see(room.shot(wall), people, SIZE, at_s)[1]))
    assert max(labels) == 1
    assert labels[-1] == 0
