"""Nothing of what is private gets past the mask."""

import io
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from aegis.vision.decoding.image_codec import decode_image
from aegis.vision.decoding.image_header import check_image_header
from aegis.vision.decoding.privacy_mask import hide

Pixels = NDArray[np.uint8]
Polygon = tuple[tuple[float, float], ...]
LIMIT = 10**7
SHAPE = (120, 170)
BOX: Polygon = ((0.3, 0.25), (0.6, 0.25), (0.6, 0.7), (0.3, 0.7))


def within(polygon: Polygon, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels whose middle lies inside, told independently of the code under test."""
    height, width = shape
    x = (np.arange(width) + 0.5)[None, :] / width
    y = (np.arange(height) + 0.5)[:, None] / height
    inside = np.zeros(shape, np.bool_)
    for (x0, y0), (x1, y1) in zip(polygon, (*polygon[1:], polygon[0]), strict=True):
        if y0 != y1:
            with np.errstate(over="ignore"):  # an edge all but level: infinity is far enough
                inside ^= ((y0 > y) != (y1 > y)) & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside


def encode(pixels: Pixels, **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, **options)
    return buffer.getvalue()


def shown(image: bytes, polygon: Polygon) -> Pixels:
    block_px = check_image_header(image, LIMIT).block_px
    return hide(decode_image(image, LIMIT), (polygon,), block_px)


def two_secrets(polygon: Polygon, seed: int) -> tuple[Pixels, Pixels]:
    random = np.random.default_rng(seed)
    first = random.integers(0, 256, (*SHAPE, 3), np.uint8)
    second = first.copy()
    secret = within(polygon, SHAPE)
    second[secret] = random.integers(0, 256, (int(secret.sum()), 3), np.uint8)
    return first, second


ENCODINGS: list[dict[str, Any]] = [
    {"format": "PNG"},
    {"format": "JPEG", "quality": 60, "subsampling": 0},
    {"format": "JPEG", "quality": 60, "subsampling": 1},
    {"format": "JPEG", "quality": 60, "subsampling": 2},
    {"format": "JPEG", "quality": 10, "subsampling": 2, "progressive": True},
]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("orientation", [1, 3, 6])
def test_pictures_that_differ_only_in_private_are_the_same_bit_by_bit(
    encoding: dict[str, Any], orientation: int
) -> None:
    turned: Polygon = {
        1: BOX,
        3: tuple((1 - x, 1 - y) for x, y in BOX),
        6: tuple((1 - y, x) for x, y in BOX),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    files = [encode(secret, **encoding, exif=exif) for secret in two_secrets(BOX, 1)]
    assert files[0] != files[1]
    first, second = (shown(file, turned) for file in files)
    assert first.any()
    assert np.array_equal(first, second)


corner = st.tuples(*[st.floats(0, 1, allow_subnormal=False)] * 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(corner, min_size=3, max_size=6).map(tuple), st.sampled_from(ENCODINGS))
def test_any_polygon_hides_all_that_is_within_it(
    polygon: Polygon, encoding: dict[str, Any]
) -> None:
    first, second = (shown(encode(it, **encoding), polygon) for it in two_secrets(polygon, 2))
    assert np.array_equal(first, second)
    assert not first[within(polygon, SHAPE)].any()


@pytest.mark.parametrize(("block_px", "share"), [(1, 0.01), (16, 0.11), (32, 0.19)])
def test_little_more_than_the_polygon_is_hidden(block_px: int, share: float) -> None:
    white = np.full((720, 1280, 3), 255, np.uint8)
    hidden = ~hide(white, (BOX,), block_px).any(axis=2)
    assert 0 < hidden.mean() - within(BOX, (720, 1280)).mean() < share


def test_picture_that_cannot_be_written_to_is_copied() -> None:
    white = np.full((*SHAPE, 3), 255, np.uint8)
    white.setflags(write=False)
    assert not hide(white, (BOX,), 1)[60, 80].any()
    assert white.all()


def test_without_private_polygons_the_picture_is_as_it_was() -> None:
    white = np.full((*SHAPE, 3), 255, np.uint8)
    assert hide(white, (), 16) is white
