"""The last seconds of a camera, small."""

import io
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from aegis.vision.frame_strip import FrameStrips

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def picture(level: int = 0) -> NDArray[np.uint8]:
    return np.full((360, 640, 3), level, np.uint8)


def moments(strips: FrameStrips, camera: str | None, second: float) -> list[float]:
    frames = strips.around(camera, at(second), picture())
    return [(frame.captured_at - NOON).total_seconds() for frame in frames]


def test_a_frame_without_a_past_is_its_own_strip() -> None:
    strips = FrameStrips()
    strips.add(None, at(0), picture())
    assert moments(strips, None, 1) == [1]
    assert moments(strips, "CAM_01", 1) == [1]


def test_the_strip_keeps_four_moments_that_lie_apart_and_ends_with_the_frame() -> None:
    strips = FrameStrips()
    for tenth in range(60):
        strips.add("CAM_01", at(tenth / 10), picture())
    strips.add("CAM_02", at(5.5), picture())
    before = moments(strips, "CAM_01", 6)[:-1]
    assert before == [3.5, 4.2, 4.9, 5.6]
    assert moments(strips, "CAM_01", 6)[-1] == 6


def test_late_frames_do_not_disturb_and_a_clock_set_back_starts_anew() -> None:
    strips = FrameStrips()
    for second in (100, 101):
        strips.add("CAM_01", at(second), picture())
    strips.add("CAM_01", at(90), picture())
    assert moments(strips, "CAM_01", 102) == [100, 101, 102]
    strips.add("CAM_01", at(0), picture())
    assert moments(strips, "CAM_01", 1) == [0, 1]


def test_small_pictures_are_small_and_carry_no_metadata() -> None:
    (frame,) = FrameStrips().around("CAM_01", at(0), picture(99))
    image = Image.open(io.BytesIO(frame.jpeg))
    assert image.size == (320, 180)
    assert not image.getexif()
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
