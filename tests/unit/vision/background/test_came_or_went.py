"""Whether a thing came or went, before backgrounds that make it hard to say."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from aegis.vision.background.came_or_went import came as came_in
from aegis.vision.background.small_picture import Tones

Luma = NDArray[np.float32]
THING = (slice(30, 37), slice(50, 58))


def came(blob: NDArray[np.bool_], now: Luma, before: Luma) -> bool:
    """At night, when nothing has a colour."""
    return came_in(blob, *(Tones(luma, np.zeros_like(luma)) for luma in (now, before)))


def flat() -> Luma:
    return np.full((72, 128), 120, np.float32)


def skirting() -> Luma:
    """A bright wall, a dark strip at its foot, a grey floor: the thing hides the strip."""
    wall = np.full((72, 128), 170, np.float32)
    wall[32:35], wall[35:] = 60, 120
    return wall


def door_frame() -> Luma:
    """A dark post from top to bottom behind the thing."""
    wall = np.full((72, 128), 150, np.float32)
    wall[:, 52:56] = 60
    return wall


def dusk() -> Luma:
    """Light that falls off to the right."""
    return np.tile(np.linspace(200, 40, 128, dtype=np.float32), (72, 1))


@pytest.mark.parametrize("background", [flat, skirting, door_frame, dusk])
@pytest.mark.parametrize("brightness", [20.0, 235.0])
def test_a_thing_came_if_it_is_in_the_later_picture_and_went_if_in_the_earlier(
    background: Callable[[], Luma], brightness: float
) -> None:
    noise = np.random.default_rng(1).normal(0, 3, (2, 72, 128)).astype(np.float32)
    without, with_thing = background() + noise[0], background() + noise[1]
    with_thing[THING] = brightness + noise[0][THING]
    blob = np.zeros((72, 128), np.bool_)
    blob[THING] = True
    assert came(blob, with_thing, without)
    assert not came(blob, without, with_thing)


@pytest.mark.parametrize("corner", [(0, 0), (0, 120), (65, 0), (65, 120)])
def test_at_the_borders_of_the_picture_it_is_told_too(corner: tuple[int, int]) -> None:
    y, x = corner
    blob = np.zeros((72, 128), np.bool_)
    blob[y : y + 7, x : x + 8] = True
    with_thing = np.where(blob, np.float32(230), flat())
    assert came(blob, with_thing, flat())
    assert not came(blob, flat(), with_thing)


def test_what_fills_the_picture_has_no_sides_and_counts_as_come() -> None:
    assert came(np.ones((72, 128), np.bool_), flat(), flat())


def test_colour_tells_a_thing_that_is_as_bright_as_what_is_around() -> None:
    noise = np.random.default_rng(1).normal(0, 3, (2, 72, 128)).astype(np.float32)
    blob = np.zeros((72, 128), np.bool_)
    blob[THING] = True
    with_thing, without = flat() + noise[0], np.where(blob, np.float32(111), flat()) + noise[1]
    plain, brown = np.zeros_like(flat()), np.where(blob, np.float32(42), np.float32(0))
    assert not came(blob, with_thing, without)
    assert came_in(blob, Tones(with_thing, brown), Tones(without, plain))
    assert not came_in(blob, Tones(without, plain), Tones(with_thing, brown))
