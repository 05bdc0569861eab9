"""Rendered scenes are the same every time and know what is where."""

from dataclasses import replace
from math import pi

import numpy as np
import pytest

from aegis.testing.scenes.body import Figure, Look, draw_figure
from aegis.testing.scenes.film import Bump, Film
from aegis.testing.scenes.performer import Drive, Keeping, Opening, Performance, Script, Thing
from aegis.testing.scenes.pose import Activity, pose_of
from aegis.testing.scenes.scene import Scene, SceneFrame
from aegis.testing.scenes.stage import Door, Stage, Wall
from aegis.testing.scenes.view import View

VIEW = View((320, 180))
LOOK = Look((30, 30, 40), (30, 30, 50), (180, 140, 120))
YARD = Stage("asphalt", walls=(Wall((-16, 11), (16, 11)),), doors=(Door((0, 10.98)),))
CLEAN = Film(grain=0.0, jpeg_quality=None, softness=0.0)


def scene(*people: Performance, film: Film = CLEAN, duration_s: float = 4, **more: object) -> Scene:
    made = Scene(YARD, ((0, VIEW),), duration_s, people, film=film, fps=2)
    return replace(made, **more)  # type: ignore[arg-type]


def clip(what: Scene) -> list[SceneFrame]:
    return list(what.frames())


def standing(x: float, y: float, number: int = 1) -> Performance:
    return Script(number, LOOK, (x, y)).stay(60).ready()


def test_the_same_scene_gives_the_same_frames_and_another_seed_other_ones() -> None:
    noisy = scene(standing(0, 6), film=Film(rain=0.5))
    first, again, other = clip(noisy), clip(noisy), clip(replace(noisy, seed=2))
    assert all(
        np.array_equal(one.image, two.image) and one.truth == two.truth
        for one, two in zip(first, again, strict=True)
    )
    assert not np.array_equal(first[0].image, other[0].image)
    retake = clip(replace(noisy, take=1))
    assert not np.array_equal(first[0].image, retake[0].image)
    assert first[0].truth == retake[0].truth


def test_the_truth_is_where_the_picture_differs_from_the_empty_stage() -> None:
    with_one, empty = clip(scene(standing(0.5, 6)))[2], clip(scene())[2]
    (box,) = with_one.truth
    x0, y0, x1, y1 = map(int, box.xyxy)
    changed = np.abs(with_one.image.astype(int) - empty.image).max(axis=2) > 25
    assert changed[y0 : y1 + 1, x0 : x1 + 1].sum() > 0.85 * changed.sum()
    assert changed[y0:y1, x0:x1].mean() > 0.3
    assert box.visible == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("heading", [0.0, pi / 2, pi, -2.0])
@pytest.mark.parametrize("activity", ["stand", "walk", "run", "talk", "fight", "reach"])
def test_a_figure_has_its_height_and_stands_on_the_ground(
    heading: float, activity: Activity
) -> None:
    level = View((400, 300), height_m=1.0, tilt_deg=0.0)
    canvas = np.full((300, 400, 3), 200, np.uint8)
    pose = pose_of(activity, 1.3, 0.7, 1.8)
    outlines = draw_figure(canvas, Figure(LOOK, pose, (0.0, 6.0, 0.0), heading, 1.8), level)
    ys = np.concatenate(outlines)[:, 1] / 16
    feet, head = level.project(np.array([[0, 6.0, 0.0], [0, 6.0, 1.8]]))[:, 1]
    assert ys.max() == pytest.approx(feet, abs=8)
    assert ys.max() - ys.min() == pytest.approx(feet - head, rel=0.14)


def test_who_crouches_or_lies_is_lower_and_who_climbs_is_higher() -> None:
    def box(doing: Activity) -> tuple[float, float, float, float]:
        return clip(scene(Script(1, LOOK, (0, 6)).stay(9, doing).ready()))[4].truth[0].xyxy

    tall = box("stand")[3] - box("stand")[1]
    assert box("crouch")[3] - box("crouch")[1] < 0.75 * tall
    assert box("lie")[3] - box("lie")[1] < 0.7 * tall
    climber = Script(1, LOOK, (0, 7)).climb((0, 6), 2.0, 4.0).stay(2).ready()
    feet = [it.truth[0].xyxy[3] for it in clip(scene(climber, duration_s=5))]
    assert min(feet) < feet[0] - 0.4 * tall
    assert feet[-1] > feet[0]


def test_somebody_behind_somebody_else_is_partly_visible() -> None:
    boxes = {it.track_id: it for it in clip(scene(standing(0, 7, 1), standing(0.2, 6, 2)))[1].truth}
    assert boxes[1].visible < 0.7 < boxes[2].visible


def test_somebody_at_the_edge_is_cut_and_beyond_it_not_there() -> None:
    at_edge = VIEW.resolution_wh[0] / 2 / VIEW.project(np.array([[0, 6.0, 1.0]]))[0, 2]
    (box,) = clip(scene(standing(at_edge, 6)))[1].truth
    assert box.visible == pytest.approx(0.5, abs=0.2)
    assert box.xyxy[2] == 320
    assert not clip(scene(standing(at_edge + 1, 6)))[1].truth


def test_a_thing_lies_is_carried_and_is_gone() -> None:
    carrier = Script(1, LOOK, (0, 6)).walk((2, 6)).stay(9).ready()
    keepings = (Keeping(0, (0, 5.5)), Keeping(1, None, 1), Keeping(3, None, None))
    parcel = Thing(2, "package", (0.4, 0.3, 0.3), (170, 130, 90), keepings)
    frames = clip(scene(carrier, things=(parcel,)))
    places = [[it.xyxy for it in frame.truth if it.label == "package"] for frame in frames]
    assert places[0] == places[1]
    assert places[3] != places[1]
    assert [len(it) for it in places] == [1, 1, 1, 1, 1, 1, 0, 0]


def test_a_car_drives_its_way_and_stays_at_its_end() -> None:
    car = Drive(5, (150, 40, 40), ((0.5, (-3.0, 8.0)), (2.5, (3.0, 8.0))))
    middles = [
        (frame.truth[0].xyxy[0] + frame.truth[0].xyxy[2]) / 2 for frame in clip(scene(cars=(car,)))
    ]
    assert middles[0] == middles[1] < middles[3] < middles[5] == middles[7]


def test_a_door_opens_in_the_picture() -> None:
    shut, opened = clip(scene()), clip(scene(openings=(Opening(0, 1, 3),)))
    assert np.array_equal(shut[1].image, opened[1].image)
    assert not np.array_equal(shut[4].image, opened[4].image)
    assert np.array_equal(shut[7].image, opened[7].image)


def test_a_frozen_feed_repeats_one_picture_and_a_looped_one_several() -> None:
    def pictures(film: Film) -> list[bytes]:
        walker = Script(1, LOOK, (-4, 6)).walk((4, 6)).ready()
        return [it.image.tobytes() for it in clip(scene(walker, film=film, duration_s=6))]

    assert len(set(pictures(Film()))) == 12
    assert len(set(pictures(Film(frozen_s=2.0))[4:])) == 1
    looped = pictures(Film(looped_s=(3.0, 1.5)))
    assert looped[6:9] == looped[9:12] == looped[3:6]


def test_a_covered_camera_shows_nothing_of_the_stage() -> None:
    frames = clip(scene(standing(0, 6), film=replace(CLEAN, covered_s=1.0)))
    assert frames[-1].image.std() < 0.2 * frames[0].image.std()
    assert frames[0].truth
    assert not frames[-1].truth


def test_a_bump_shakes_the_picture_for_a_moment() -> None:
    still = clip(scene())
    bumped = clip(scene(film=replace(CLEAN, bumps=(Bump(1.2, 0.03, 1.0),))))
    same = [np.array_equal(a.image, b.image) for a, b in zip(still, bumped, strict=True)]
    assert same == [True, True, True, False, False, True, True, True]


def test_out_of_focus_and_night_change_what_they_should() -> None:
    day = clip(scene())[7].image
    soft = clip(scene(film=replace(CLEAN, defocused_s=0.5)))[7].image
    night = clip(scene(film=replace(CLEAN, is_night=True)))[7].image
    assert (
        np.abs(np.diff(soft.astype(int), axis=1)).mean()
        < 0.5 * np.abs(np.diff(day.astype(int), axis=1)).mean()
    )
    assert night.mean() < 0.75 * day.mean()
    assert np.ptp(night.astype(int), axis=2).max() == 0
