"""A picture is refused by its header, before a decoder can be hurt."""

import contextlib
import io
import struct
import time
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from aegis.errors import InvalidImage
from aegis.vision.decoding.image_header import MAX_SIDE, check_image_header

LIMIT = 40_000_000
PIXELS = np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8)


def encode(format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, format_, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, raw: bytes, ihdr: bytes = b"\x08\x02\x00\x00\x00") -> bytes:
    header = chunk(b"IHDR", struct.pack(">II", width, height) + ihdr)
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", raw) + chunk(b"IEND", b"")


def jpeg(width: int, height: int, scans: int = 1, marker: int = 0xC0, body: int = 9000) -> bytes:
    frame = struct.pack(">BBHBHHB", 0xFF, marker, 17, 8, height, width, 3)
    scan = b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + bytes(body)
    return b"\xff\xd8" + frame + b"\x01\x22\x00\x02\x11\x01\x03\x11\x01" + scan * scans


@pytest.mark.parametrize(
    ("data", "format_"),
    [
        (encode("JPEG"), "JPEG"),
        (encode("JPEG", progressive=True), "JPEG"),
        (encode("JPEG", exif=Image.Exif().tobytes()), "JPEG"),
        (encode("JPEG").replace(b"\xff\xdb", b"\xff\xff\xff\xdb"), "JPEG"),
        (encode("PNG"), "PNG"),
    ],
)
def test_a_sound_header_tells_format_and_size(data: bytes, format_: str) -> None:
    header = check_image_header(data, LIMIT)
    assert (header.format, header.width, header.height) == (format_, 64, 48)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a known picture"),
        (b"hello", "not a known picture"),
        (encode("GIF"), "GIF"),
        (encode("WEBP"), "WebP"),
        (encode("BMP"), "BMP"),
        (encode("TIFF"), "TIFF"),
        (b"\x00\x00\x00\x1cftypavif", "AVIF"),
        (b"\xff\xd8", "truncated"),
        (b"\xff\xd8\xff", "truncated"),
        (encode("JPEG")[:30], "truncated"),
        (b"\xff\xd8" + b"\xff" * 1000, "truncated"),
        (b"\xff\xd8" + b"\xff\xe0\x00\x02" * 20_000, "too many segments"),
        (b"\xff\xd8\xff\xda\x00\x02", "before its size"),
        (jpeg(65500, 65500), "side"),
        (jpeg(10_000, 10_000), "pixels"),
        (jpeg(0, 10), "no pixels"),
        (jpeg(64, 64, scans=40), "40 scans"),
        (jpeg(64, 64, scans=0), "truncated"),
        (jpeg(6000, 6000), "truncated"),
        (jpeg(64, 64, marker=0xC3), "lossless"),
        (b"\x89PNG\r\n\x1a\n", "truncated"),
        (encode("PNG")[:100], "truncated"),
        (encode("PNG")[:-12], "truncated"),
        (png(100, 100, b"x"), "too little data"),
        (png(100, 100, zlib.compress(b"x")), "too little data"),
        (png(MAX_SIDE + 1, 1, b"x"), "side"),
        (png(0, 1, b"x"), "no pixels"),
        (png(16_000, 16_000, b"x"), "pixels"),
        (png(4, 4, bytes(99), b"\x07\x02\x00\x00\x00"), "contradicts"),
        (png(4, 4, bytes(99), b"\x08\x05\x00\x00\x00"), "contradicts"),
        (png(4, 4, bytes(99), b"\x08\x02\x00\x00\x02"), "contradicts"),
    ],
)
def test_a_hostile_or_foreign_picture_is_refused_with_the_reason(data: bytes, why: str) -> None:
    with pytest.raises(InvalidImage, match=why):
        check_image_header(data, LIMIT)


@pytest.mark.parametrize("data", [b"nothing", encode("GIF")])
def test_a_foreign_format_is_told_what_to_send(data: bytes) -> None:
    with pytest.raises(InvalidImage, match="JPEG or PNG"):
        check_image_header(data, LIMIT)


@pytest.mark.parametrize(("limit", "is_accepted"), [(64 * 48, True), (64 * 48 - 1, False)])
def test_the_limit_of_pixels_is_inclusive(limit: int, *, is_accepted: bool) -> None:
    data = encode("PNG")
    if is_accepted:
        assert check_image_header(data, limit).width == 64
    else:
        with pytest.raises(InvalidImage):
            check_image_header(data, limit)


def test_the_largest_flat_picture_is_not_mistaken_for_a_truncated_one() -> None:
    for format_ in ("JPEG", "PNG"):
        buffer = io.BytesIO()
        Image.new("L", (4096, 4096)).save(buffer, format_, optimize=True)
        assert check_image_header(buffer.getvalue(), LIMIT).height == 4096


def test_an_ordinary_frame_costs_far_less_than_its_decoding() -> None:
    data = jpeg(1920, 1080, body=60_000)
    best = min(_time(lambda: check_image_header(data, LIMIT)) for _ in range(20))
    assert best < 0.002


def _time(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


MAGICS = [b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", jpeg(64, 64)[:40], png(9, 9, b"x")[:40]]


@given(st.sampled_from(MAGICS), st.binary(max_size=300))
@example(b"\xff\xd8", b"\xff\xc0")
def test_any_bytes_pass_or_are_invalid(magic: bytes, rest: bytes) -> None:
    with contextlib.suppress(InvalidImage):
        header = check_image_header(magic + rest, LIMIT)
        assert 0 < header.width * header.height <= LIMIT


@given(
    st.sampled_from([encode("JPEG"), encode("JPEG", progressive=True), encode("PNG")]), st.data()
)
def test_any_mutation_of_a_picture_passes_or_is_invalid(good: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(good)
    for _ in range(draw.draw(st.integers(1, 6))):
        damaged[draw.draw(st.integers(0, len(good) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(good)))
    with contextlib.suppress(InvalidImage):
        assert check_image_header(bytes(damaged[:cut]), LIMIT).width > 0
