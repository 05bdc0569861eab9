"""The window keeps two seconds, little memory, and forgets where it must."""

import pickle

import cv2
import numpy as np
import pytest

from aegis.vision.fights.fight_motion import MEASURES, MotionMeter, on_canvas, small_picture
from aegis.vision.fights.fight_window import FightWindow

PICTURE = np.zeros((96, 160), np.uint8)
NOBODY = np.zeros((0, 4), np.float32), np.zeros(0, np.float32)


def _see(window: FightWindow, at_s: float, picture: np.ndarray = PICTURE) -> bool:
    taken = window.add(picture, at_s, *NOBODY)
    if taken:
        measures = None if window.last is None else np.ones(550, np.float32)
        window.settle(
            measures, np.zeros((48, 80, 2), np.float32), np.ones((128, 6, 10), np.float16)
        )
    return taken


def test_nothing_seen_is_too_little() -> None:
    assert FightWindow().steps() is None


@pytest.mark.parametrize(("fps", "least"), [(2, 4), (4, 8), (12, 10), (30, 15)])
def test_a_window_holds_two_seconds_at_any_rate(fps: int, least: int) -> None:
    window = FightWindow()
    for index in range(fps * 60):
        _see(window, index / fps)
    seen = window.steps()
    assert seen is not None
    rows, step_s = seen
    assert least <= len(rows) <= 22
    assert 0.09 <= step_s <= 0.51
    assert len(pickle.dumps(window)) < 150_000


def test_too_quick_repeated_and_late_frames_change_nothing() -> None:
    window = FightWindow()
    assert _see(window, 10.0)
    assert not _see(window, 10.0)
    assert not _see(window, 10.05)
    assert not _see(window, 9.0)
    assert _see(window, 10.1)


@pytest.mark.parametrize("at_s", [13.0, -50.0])
def test_a_pause_or_a_clock_set_back_begins_anew(at_s: float) -> None:
    window = FightWindow()
    for index in range(10):
        _see(window, 10 + index / 5)
    window.score = 0.9
    assert _see(window, at_s)
    assert window.steps() is None
    assert window.score is None


def test_a_window_knows_for_how_long_a_fight_has_been_likely() -> None:
    window = FightWindow()
    told = []
    for index, score in enumerate([None, 0.9, 0.5, 0.6, 0.49, 0.9, 0.9]):
        _see(window, 10 + index / 5)
        window.follow(score)
        told.append(round(window.likely_s, 3))
    assert told == [0.0, 0.0, 0.2, 0.4, 0.0, 0.0, 0.2]
    _see(window, 40.0)
    window.follow(0.9)
    assert window.likely_s == 0


def test_another_picture_size_begins_anew() -> None:
    window = FightWindow()
    for index in range(10):
        _see(window, index / 5)
    assert _see(window, 2.0, np.zeros((90, 160), np.uint8))
    assert window.steps() is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 3000, 3), (3000, 1, 3), (432, 768, 3), (20, 20)])
def test_any_picture_fits_the_canvas(shape: tuple[int, ...]) -> None:
    picture, scale = small_picture(np.full(shape, 9, np.uint8))
    assert on_canvas(picture).shape == (96, 160)
    assert scale > 0
    row, flow = MotionMeter().measure(picture, picture, 0.1, None, *NOBODY)
    assert row.shape == (MEASURES,)
    assert np.isfinite(row).all()
    MotionMeter().measure(picture, picture, 0.1, flow, *NOBODY)


def test_speed_is_measured_in_widths_a_second() -> None:
    random = np.random.default_rng(1)
    coarse = random.integers(0, 255, (12, 20), np.uint8)
    blocks = np.kron(coarse, np.ones((8, 8), np.uint8)).astype(np.uint8)
    before = np.asarray(cv2.GaussianBlur(blocks, (0, 0), 3), np.uint8)
    after = before.copy()
    # A patch moves by 4 of 160 pixels in a tenth of a second; the rest stands.
    after[24:72, 44:104] = before[24:72, 40:100]
    people = np.array([[44, 24, 104, 72]], np.float32)
    row, _ = MotionMeter().measure(before, after, 0.1, None, people, np.ones(1, np.float32))
    on_people, off_people = row[-10], row[-9]
    # The quickest flow underrates a patch that tears loose from its surroundings.
    assert 0.1 < on_people < 0.3
    assert on_people > 3 * off_people
