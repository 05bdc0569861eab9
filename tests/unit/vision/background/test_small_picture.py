"""What is remembered of a frame's light and colour."""

import numpy as np
import pytest

from aegis.vision.background.small_picture import shrink


@pytest.mark.parametrize(
    ("colour", "luma", "warmth"),
    [
        ((0, 0, 0), 0, 0),
        ((255, 255, 255), 255, 0),
        ((90, 90, 90), 90, 0),
        ((255, 0, 0), 76, 127.5),
        ((0, 0, 255), 29, -127.5),
        ((172, 132, 88), 139, 42),
    ],
)
@pytest.mark.parametrize("size", [(1080, 1920), (192, 256), (9, 7), (1, 1)])
def test_tones_of_a_plain_picture(
    size: tuple[int, int], colour: tuple[int, int, int], luma: float, warmth: float
) -> None:
    tones = shrink(np.full((*size, 3), colour, np.uint8)).tones
    for tone, wanted in zip(tones, (luma, warmth), strict=True):
        assert tone.shape == (72, 128)
        assert tone == pytest.approx(wanted, abs=1)


def test_a_thing_of_another_colour_is_where_it_is() -> None:
    picture = np.full((360, 640, 3), 120, np.uint8)
    picture[100:150, 300:350] = (172, 110, 88)
    warmth = shrink(picture).tones.warmth
    assert warmth[22:28, 62:68] == pytest.approx(42, abs=2)
    assert np.abs(warmth[:, :58]).max() < 1
