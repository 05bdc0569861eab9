"""A camera's description over its picture."""

import numpy as np
import pytest

from aegis.domain.site import Camera, Tripwire, Zone
from aegis.vision.site_drawing import draw_description

GREY = np.full((180, 320, 3), 128, np.uint8)
CAMERA = Camera(
    zones=(
        Zone(
            name="yard", polygon=((0.1, 0.5), (0.4, 0.5), (0.4, 0.9), (0.1, 0.9)), restricted=True
        ),
        Zone(name="way", polygon=((0.6, 0.5), (0.9, 0.5), (0.9, 0.9), (0.6, 0.9))),
    ),
    tripwires=(Tripwire(name="line", line=((0.5, 0.1), (0.5, 0.4))),),
    privacy=(((0.7, 0.05), (0.95, 0.05), (0.95, 0.4), (0.7, 0.4)),),
)


def test_zones_are_tinted_and_what_is_private_is_black_and_the_rest_is_untouched() -> None:
    drawn = draw_description(GREY, CAMERA)
    assert drawn.shape[1] == 320
    assert drawn.shape[0] > 180
    red, green, _ = drawn[150, 50].astype(int)
    assert red > 140 > green
    assert drawn[30, 235].tolist() == [0, 0, 0]
    assert drawn[10, 20].tolist() == [128, 128, 128]
    assert (GREY == 128).all()


def test_each_kind_of_zone_has_a_colour_of_its_own() -> None:
    drawn = draw_description(GREY, CAMERA)
    assert drawn[150, 50].tolist() != drawn[150, 270].tolist()


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (900, 3), (2160, 3840)])
def test_pictures_of_any_shape_can_be_drawn_on(shape: tuple[int, int]) -> None:
    drawn = draw_description(np.zeros((*shape, 3), np.uint8), CAMERA)
    assert drawn.shape[1] == shape[1]


def test_a_camera_of_which_nothing_is_said_gives_the_picture_and_says_so() -> None:
    drawn = draw_description(GREY, Camera())
    assert (drawn[:180] == 128).all()
    assert len(np.unique(drawn[180:])) > 1
