"""Every sound picture becomes upright RGB pixels; every other one is InvalidImage."""

import base64
import contextlib
import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from aegis.errors import InvalidImage
from aegis.vision.decoding.image_codec import decode_image, encode_jpeg

PIXEL_OF_THE_DOCUMENT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
RAMP = np.tile(np.linspace(0, 255, 64).astype(np.uint8), (48, 1))
COLOURS = np.stack([RAMP, RAMP[::-1, ::-1], np.full_like(RAMP, 90)], axis=2)


def encode(image: Image.Image, format_: str = "PNG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def sixteen_bit_png(pixels: NDArray[np.uint16], colour: int) -> bytes:
    """Written by hand: Pillow writes 16 bits in grey only."""
    height, width = pixels.shape[:2]
    rows = b"".join(b"\x00" + row.astype(">u2").tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def test_the_documents_own_picture_decodes() -> None:
    assert decode_image(PIXEL_OF_THE_DOCUMENT).shape == (1, 1, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_every_png_mode_becomes_rgb(mode: str) -> None:
    image = Image.fromarray(COLOURS).convert(mode)
    rgb = decode_image(encode(image))
    assert rgb.dtype == np.uint8
    assert rgb.flags.writeable
    assert np.array_equal(rgb, np.asarray(image.convert("RGB")))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_jpeg_mode_keeps_its_colours(mode: str) -> None:
    image = Image.fromarray(COLOURS).convert(mode)
    rgb = decode_image(encode(image, "JPEG", quality=95))
    wanted = np.asarray(image.convert("RGB"), np.int16)
    assert np.abs(rgb.astype(np.int16) - wanted).mean() < 4


def test_alpha_lies_over_black() -> None:
    clear = np.dstack([COLOURS, np.zeros_like(RAMP)])
    half = np.dstack([COLOURS, np.full_like(RAMP, 128)])
    assert decode_image(encode(Image.fromarray(clear))).max() == 0
    seen = decode_image(encode(Image.fromarray(half))).astype(np.int16)
    assert np.abs(seen - COLOURS.astype(np.int16) // 2).max() <= 2


def test_a_transparent_palette_entry_is_black() -> None:
    image = Image.fromarray(np.zeros((4, 4), np.uint8), mode=None).convert("P")
    image.putpalette([255, 0, 0] * 256)
    assert decode_image(encode(image, transparency=0)).max() == 0
    assert decode_image(encode(image))[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(("colour", "channels"), [(0, 1), (2, 3), (4, 2), (6, 4)])
def test_sixteen_bits_are_scaled_to_eight(colour: int, channels: int) -> None:
    levels = np.linspace(0, 65535, 64).astype(np.uint16)
    pixels = np.tile(levels[:, None], (8, 1, channels))
    if channels in (2, 4):
        pixels[:, :, -1] = 65535
    seen = decode_image(sixteen_bit_png(pixels, colour))
    assert np.abs(seen[0, :, 0].astype(int) - np.round(levels / 257)).max() <= 1
    assert (seen[0, 0, 0], seen[0, -1, 0]) == (0, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_the_picture_is_turned_upright(orientation: int, format_: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = np.zeros((40, 64, 3), np.uint8)
    stored[:8, :16] = 255  # the corner that the orientation moves
    seen = decode_image(encode(Image.fromarray(stored), format_, exif=exif))
    top, left = {
        1: (True, True), 2: (True, False), 3: (False, False), 4: (False, True),
        5: (True, True), 6: (True, False), 7: (False, False), 8: (False, True),
    }[orientation]  # fmt: skip
    assert seen.shape[:2] == ((40, 64) if orientation < 5 else (64, 40))
    corner = seen[0 if top else -1, 0 if left else -1]
    assert corner.min() > 200
    assert seen.mean() < 60


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_broken_exif_does_not_spoil_the_picture() -> None:
    data = encode(Image.fromarray(COLOURS), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert decode_image(data).shape == (48, 64, 3)


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
def test_a_truncated_picture_is_invalid(format_: str, share: float) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (120, 160, 3), np.uint8)
    data = encode(Image.fromarray(noise), format_)
    with pytest.raises(InvalidImage):
        decode_image(data[: int(share * len(data))])


def test_the_limit_of_pixels_holds_for_decoding_too() -> None:
    with pytest.raises(InvalidImage):
        decode_image(encode(Image.fromarray(COLOURS)), max_pixels=1000)


@pytest.mark.parametrize(("max_side", "shape"), [(None, (1080, 1920)), (640, (540, 960))])
def test_a_large_jpeg_can_come_reduced(max_side: int | None, shape: tuple[int, int]) -> None:
    image = Image.fromarray(COLOURS).resize((1920, 1080))
    data = encode(image, "JPEG", quality=95)
    seen = decode_image(data, max_side=max_side)
    assert seen.shape[:2] == shape
    wanted = np.asarray(image.resize((shape[1], shape[0])), np.int16)
    assert np.abs(seen.astype(np.int16) - wanted).mean() < 3


def test_a_jpeg_of_ours_comes_back_alike_and_bare() -> None:
    data = encode_jpeg(COLOURS, quality=95)
    assert b"Exif" not in data
    assert np.abs(decode_image(data).astype(np.int16) - COLOURS).mean() < 5
    assert len(encode_jpeg(COLOURS, quality=30)) < len(data)


GOOD = [
    encode(Image.fromarray(COLOURS), "JPEG"),
    encode(Image.fromarray(COLOURS), "JPEG", progressive=True),
    encode(Image.fromarray(COLOURS)),
    encode(Image.fromarray(COLOURS).convert("P"), transparency=3),
    sixteen_bit_png(np.full((8, 8, 2), 1000, np.uint16), 4),
]


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(GOOD), st.data())
def test_any_damage_gives_pixels_or_invalid_image(good: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(draw.draw(st.integers(1, 5))):
        damaged[draw.draw(st.integers(0, len(good) - 1))] = draw.draw(st.integers(0, 255))
    with contextlib.suppress(InvalidImage):
        assert decode_image(bytes(damaged), max_pixels=1_000_000).shape[2] == 3
