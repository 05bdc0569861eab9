"""Boxes follow the pixels through augmentation."""

from dataclasses import replace

import numpy as np
import pytest

from aegis.training.augmentation import mosaic, nothing, place
from aegis.training.camera_effects import camera_effects
from aegis.training.labelled_images import LabelledImage
from aegis.training.training_batches import EpochPlan, epoch_batches


def _framed(boxes: int = 1) -> LabelledImage:
    pixels = np.zeros((100, 140), np.uint8)
    pixels[30:60, 50:90] = 255
    return LabelledImage(
        pixels,
        np.array([[50, 30, 90, 60]] * boxes, np.float32).reshape(-1, 4),
        np.full(boxes, 2, np.int64),
        np.ones(boxes, np.float32),
        np.array([True, False, True]),
    )


@pytest.mark.parametrize("seed", range(12))
def test_a_placed_box_still_frames_the_same_thing(seed: int) -> None:
    square = place(_framed(), 96, np.random.default_rng(seed))
    assert square.luminance.shape == (96, 96)
    for x0, y0, x1, y1 in np.round(square.xyxy).astype(int):
        assert square.luminance[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].min(initial=255) > 200


@pytest.mark.parametrize("seed", range(6))
def test_every_box_of_a_mosaic_frames_its_thing(seed: int) -> None:
    square = mosaic([_framed()] * 4, 192, np.random.default_rng(seed))
    assert square.luminance.shape == (192, 192)
    assert len(square.xyxy) == len(square.labels) == len(square.weights)
    for x0, y0, x1, y1 in np.round(square.xyxy).astype(int):
        assert square.luminance[y0 + 2 : y1 - 2, x0 + 2 : x1 - 2].min(initial=255) > 200


def test_of_a_mosaic_is_known_what_is_known_of_all_its_pictures() -> None:
    wiser = replace(_framed(), known=np.ones(3, np.bool_))
    square = mosaic([wiser, wiser, wiser, _framed()], 96, np.random.default_rng(0))
    assert square.known.tolist() == [True, False, True]


def test_pictures_without_boxes_make_squares_without_boxes() -> None:
    random = np.random.default_rng(0)
    assert place(_framed(0), 96, random).xyxy.shape == (0, 4)
    assert mosaic([_framed(0)] * 4, 96, random).xyxy.shape == (0, 4)


@pytest.mark.parametrize("seed", range(6))
def test_a_texture_is_a_negative_for_every_label(seed: int) -> None:
    square = nothing(64, 3, np.random.default_rng(seed))
    assert square.luminance.shape == (64, 64)
    assert square.luminance.std() > 0
    assert square.xyxy.shape == (0, 4)
    assert square.known.all()


@pytest.mark.parametrize("seed", range(6))
def test_camera_effects_keep_the_shape_and_repeat_with_the_seed(seed: int) -> None:
    first, second = (
        camera_effects(_framed().luminance, np.random.default_rng(seed)) for _ in range(2)
    )
    assert first.shape == (100, 140)
    assert np.array_equal(first, second)


def test_an_epoch_repeats_with_its_seed_and_differs_from_the_next() -> None:
    sets = [[_framed()] * 3, [_framed(0)] * 2]
    first, again, following = (
        next(iter(epoch_batches(sets, EpochPlan(5, epoch, 64, 4, 0.5), 0))) for epoch in (0, 0, 1)
    )
    assert first.luminance.shape == (4, 1, 64, 64)
    assert first.known.shape == (4, 3)
    assert bool((first.luminance == again.luminance).all())
    assert not bool((first.luminance == following.luminance).all())
