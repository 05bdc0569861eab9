"""What is done to a camera, and what only looks like it."""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject, Tampering
from aegis.domain.site import Camera
from aegis.vision.background.scene_picture import ScenePicture
from tests.unit.vision.room_pictures import SIZE, Pixels, Room, with_box

Film = Iterator[tuple[float, Pixels]]
Wall = NDArray[np.float32]
Change = Callable[[Wall, float], Wall]


def watch(film: Film, scene: ScenePicture | None = None) -> list[tuple[float, Tampering]]:
    scene = scene or ScenePicture(Camera())
    seen = [(at_s, scene.see(picture, (), SIZE, at_s)[0]) for at_s, picture in film]
    return [(at_s, tampering) for at_s, tampering in seen if tampering]


def film(change: Change, seconds: float = 40.0, hertz: float = 4.0, take: int = 1) -> Film:
    """Twelve quiet seconds, then the change, which is told the seconds since."""
    room = Room(take=take)
    for step in range(round(seconds * hertz)):
        at_s = step / hertz
        yield at_s, room.shot(room.wall if at_s < 12 else change(room.wall, at_s - 12))


def shifted(wall: Wall, right: float, down: float) -> Wall:
    move = np.array([[1, 0, right], [0, 1, down]], np.float32)
    return np.asarray(cv2.warpAffine(wall, move, SIZE, borderMode=cv2.BORDER_REFLECT), np.float32)


def blurred(wall: Wall, px: float = 2.5) -> Wall:
    return np.asarray(cv2.GaussianBlur(wall, (0, 0), px), np.float32)


TAMPERED: dict[str, tuple[str, Change]] = {
    "cloth": ("covered", lambda wall, _: np.full_like(wall, 70)),
    "spray": ("covered", lambda wall, _: np.float32(150) + np.float32(0.05) * blurred(wall)),
    "turned away": ("moved", lambda wall, _: np.ascontiguousarray(np.fliplr(wall))),
    "pushed": ("moved", lambda wall, _: shifted(wall, 30, -12)),
    "unscrewed": ("defocused", lambda wall, _: blurred(wall)),
    "unscrewed further": ("defocused", lambda wall, _: blurred(wall, 7.0)),
}
HARMLESS: dict[str, Change] = {
    "nothing": lambda wall, _: wall,
    "bump that settles back": lambda wall, t: shifted(wall, 20 if t < 2.5 else 0, 0),
    "trembling mast": lambda wall, t: shifted(wall, 1.5 * np.sin(5 * t), np.cos(7 * t)),
    "headlights": lambda wall, t: with_box(wall, (80 * t, 30, 80 * t + 125, 165), 250),
    "night": lambda wall, _: 10 + 0.3 * wall,
    "sun": lambda wall, t: 0.8 * wall + 50 * (int(t) % 9 > 4),
    "truck that stops": lambda wall, _: with_box(wall, (75, 40, 240, 170), 90),
}


@pytest.mark.parametrize("name", TAMPERED)
@pytest.mark.parametrize("hertz", [1.0, 4.0])
def test_tampering_is_told_within_seconds(name: str, hertz: float) -> None:
    kind, change = TAMPERED[name]
    told = watch(film(change, hertz=hertz))
    assert told, "never told"
    assert told[0][0] - 12 <= 8
    assert {tampering.kind for _, tampering in told} == {kind}


def night(change: Change) -> Film:
    """A dim room, and a sensor that trembles as much as the room has detail."""
    room = Room(noise=9.0)
    wall = np.asarray(30 + 0.25 * room.wall, np.float32)
    for step in range(160):
        at_s = step / 4
        yield at_s, room.shot(wall if at_s < 12 else change(wall, at_s - 12))


def test_out_of_focus_at_night_is_told_though_noise_is_as_fine_as_ever() -> None:
    told = watch(night(lambda wall, _: blurred(wall, 4.0)))
    assert told[0][0] - 12 <= 8
    assert {tampering.kind for _, tampering in told} == {"defocused"}
    assert watch(night(lambda wall, _: wall)) == []


def test_the_empty_room_is_not_out_of_focus_after_people_full_of_detail() -> None:
    room, scene = Room(), ScenePicture(Camera())
    random = np.random.default_rng(3)
    crowd = (40.0, 20.0, 160.0, 170.0)
    there = ObservedSubject(label="person", score=0.8, bbox=crowd, track_id=1, is_steady=True)
    for step in range(400):
        at_s = step / 4
        wall = room.wall.copy()
        is_full = at_s < 80
        if is_full:
            wall[20:170, 40:160] = random.integers(0, 255, (150, 120))
        tampering, _ = scene.see(room.shot(wall), (there,) if is_full else (), SIZE, at_s)
        assert tampering is None


DARK: dict[str, Change] = {
    "lamp out, some light left": lambda wall, _: np.float32(0.1) * wall,
    "a glimmer that still falls as the light did": lambda wall, _: 24 + np.float32(0.03) * wall,
    "black": lambda wall, _: np.zeros_like(wall),
    "the sensor's black": lambda wall, _: np.full_like(wall, 16),
}


@pytest.mark.parametrize("name", DARK)
def test_light_that_goes_out_is_dark_and_no_cover(name: str) -> None:
    told = watch(film(DARK[name]))
    assert {tampering.kind for _, tampering in told} == {"dark"}
    assert told[0][0] - 12 <= 8


def test_the_dark_is_told_for_a_minute_and_the_normal_waits_for_the_light() -> None:
    scene = ScenePicture(Camera())
    told = watch(film(lambda wall, t: wall if t >= 200 else 0.1 * wall, 240, 2.0), scene)
    assert {tampering.kind for _, tampering in told} == {"dark"}
    assert 70 <= told[-1][0] <= 75


def test_a_black_picture_of_a_live_camera_is_not_frozen() -> None:
    room = Room()
    black = np.zeros_like(room.shot())

    def out() -> Film:
        for step in range(160):
            yield step / 4, room.shot() if step < 48 else black

    assert {tampering.kind for _, tampering in watch(out())} == {"dark"}


def test_a_view_that_was_changed_in_the_dark_is_told_when_light_returns() -> None:
    def changed(wall: Wall, t: float) -> Wall:
        return 0.05 * wall if t < 100 else np.ascontiguousarray(np.fliplr(wall))

    told = watch(film(changed, 130, 2.0))
    assert list(dict.fromkeys(it.kind for _, it in told)) == ["dark", "moved"]
    assert min(at_s for at_s, it in told if it.kind == "moved") >= 112 + 5


@pytest.mark.parametrize("name", HARMLESS)
def test_what_only_looks_like_tampering_is_not_told(name: str) -> None:
    assert watch(film(HARMLESS[name])) == []


def rain(from_s: float, streaks: int, cloth_from_s: float = 1e9) -> Film:
    """At four frames a second for 40 s, so many streaks in a frame."""
    room, random = Room(noise=3.0), np.random.default_rng(5)
    for step in range(160):
        wall = room.wall.copy()
        if step / 4 >= cloth_from_s:
            wall = np.full_like(wall, 70)
        elif step / 4 >= from_s:
            for x, y in random.integers(0, (320, 170), (streaks, 2)):
                wall[y : y + 14, x : x + 2] += 60
        yield step / 4, room.shot(wall)


@pytest.mark.parametrize(("from_s", "streaks"), [(12.0, 40), (0.0, 40), (0.0, 220)])
def test_rain_is_no_tampering(from_s: float, streaks: int) -> None:
    assert watch(rain(from_s, streaks)) == []


def test_a_camera_that_is_covered_in_the_rain_is_told() -> None:
    told = watch(rain(0.0, 80, cloth_from_s=15.0))
    assert {tampering.kind for at_s, tampering in told if at_s < 25} == {"covered"}


def test_a_view_that_stays_changed_becomes_the_normal() -> None:
    scene = ScenePicture(Camera())
    told = watch(film(lambda wall, _: shifted(wall, 30, 0), seconds=110, hertz=2.0), scene)
    assert {tampering.kind for _, tampering in told} == {"moved"}
    assert 70 <= told[-1][0] <= 75


def frozen(first_s: float, seconds: float, hertz: float = 5.0) -> Film:
    room = Room()
    still = room.shot()
    for step in range(round(seconds * hertz)):
        yield step / hertz, room.shot() if step / hertz < first_s else still


def test_frozen_feed_is_told_when_nothing_trembles_any_more() -> None:
    told = watch(frozen(10, 40))
    assert {tampering.kind for _, tampering in told} == {"frozen"}
    assert 20 <= told[0][0] <= 21


def test_short_standstill_and_a_feed_that_never_trembled_are_not_told() -> None:
    assert watch(frozen(10, 18)) == []
    assert watch(frozen(0, 60)) == []


def test_a_feed_in_which_lamps_go_out_is_no_standstill() -> None:
    def dimmed() -> Film:
        room = Room(noise=0.5)
        for step in range(200):
            yield step / 4, room.shot(room.wall * (1.0 if step < 60 else 0.3))

    assert watch(dimmed()) == []


def test_feed_that_stands_still_between_key_frames_is_live() -> None:
    room = Room()

    def stepwise() -> Film:
        for step in range(600):
            if step % 30 == 0:
                shot = room.shot()
            yield step / 5, shot

    assert watch(stepwise()) == []


def test_looped_feed_is_told() -> None:
    room = Room()
    clip = [
        room.shot(with_box(room.wall, (10 * step % 300, 50, 10 * step % 300 + 30, 150), 30))
        for step in range(50)
    ]

    def looped() -> Film:
        for step in range(250):
            yield step / 5, room.shot() if step < 50 else clip[step % 50]

    told = watch(looped())
    assert {tampering.kind for _, tampering in told} == {"looped"}
    assert 20 <= told[0][0] <= 30


def test_a_loop_is_told_although_some_of_its_frames_are_alike() -> None:
    room = Room()
    common, clip = room.shot(), [room.shot() for _ in range(40)]

    def looped() -> Film:
        for step in range(250):
            shot = room.shot() if step < 40 else clip[step % 40]
            # By chance, and never evenly.
            yield step / 5, common if step % 40 in (4, 7, 13, 20, 23, 29, 37) else shot

    told = watch(looped())
    assert {tampering.kind for _, tampering in told} == {"looped"}
    assert told[0][0] <= 30


def test_live_pictures_that_are_alike_by_chance_are_no_loop() -> None:
    room, random = Room(), np.random.default_rng(5)
    alike = [room.shot() for _ in range(60)]

    def lively() -> Film:
        for step in range(600):
            yield step / 5, alike[random.integers(60)] if step % 2 else room.shot()

    assert watch(lively()) == []


def test_somebody_who_walks_the_same_round_again_and_again_is_no_loop() -> None:
    room = Room()

    def rounds() -> Film:
        for step in range(300):
            x = 10 * (step % 30)
            yield step / 5, room.shot(with_box(room.wall, (x, 50, x + 30, 150), 30))

    assert watch(rounds()) == []


def test_after_a_long_gap_nothing_is_held_against_the_camera() -> None:
    scene = ScenePicture(Camera())
    assert watch(film(TAMPERED["cloth"][1], 14), scene) == []
    assert (
        watch(((at_s + 90, it) for at_s, it in film(HARMLESS["nothing"], 10, take=2)), scene) == []
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (20, 3000)])
def test_pictures_of_odd_shapes_are_looked_at(shape: tuple[int, int]) -> None:
    scene = ScenePicture(Camera())
    picture = np.zeros((*shape, 3), np.uint8)
    for step in range(20):
        assert scene.see(picture, (), shape[::-1], float(step)) == (None, ())
