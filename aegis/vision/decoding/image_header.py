"""Reads what an encoded picture claims to be, before any decoder sees it."""

import re
from dataclasses import dataclass, replace
from typing import Literal

from aegis.errors import InvalidImage

MAX_SIDE = 16_384
_MAX_SCANS = 32
_MAX_SEGMENTS = 10_000
_SOI = b"\xff\xd8"
_MARKER = re.compile(rb"\xff[^\xff]", re.DOTALL)
_SOS = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC9, 0xCA})
_FRAMES_NOT_DECODED = frozenset({0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF})
_ARITHMETIC_FRAMES = frozenset({0xC9, 0xCA})
_EVERYDAY_FRAMES = frozenset({0xC0, 0xC2})
_EVERYDAY_SAMPLINGS = (b"\x11\x11\x11", b"\x21\x11\x11", b"\x22\x11\x11")
_EOI, _DNL = b"\xff\xd9", b"\xff\xdc"
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_PNG_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_DEFLATE_RATIO = 1032
_OTHERS = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\x00", "a TIFF"),
    (b"MM\x00*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"<svg", "an SVG"),
)


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """What the picture says of itself; width and height in pixels, before EXIF rotation.

    block_px: side of the largest block of pixels that was compressed together, 1 for a PNG.
    """

    format: Literal["JPEG", "PNG"]
    width: int
    height: int
    block_px: int = 1


def check_image_header(data: bytes, max_pixels: int) -> ImageHeader:
    """Format and size of a JPEG or PNG that is worth decoding; raises InvalidImage.

    Refuses other formats, sides over 16,384, more than `max_pixels`, progressive files of
    too many scans (one of 471 KB kept a decoder busy for a minute), and pixel data too short
    for the size (one of 68 bytes kills a decoder). What is left can still be damaged further
    in. Microseconds for an ordinary frame.
    """
    if data.startswith(_SOI):
        return _check_jpeg(data, max_pixels)
    if data.startswith(_PNG_SIGNATURE):
        return _check_png(data, max_pixels)
    raise InvalidImage(f"The image is {_name_format(data)}; send JPEG or PNG")


def is_everyday_jpeg(data: bytes) -> bool:
    """Whether a JPEG that passed `check_image_header` is built as cameras build theirs.

    Baseline or progressive with Huffman codes, three components sampled 4:4:4, 4:2:2 or 4:2:0,
    whole to its last byte, its height in its header. For decoders that are to see no others.
    """
    if not data.startswith(_SOI) or not data.endswith(_EOI) or _DNL in data:
        return False
    marker, start = _find_frame(data)
    components = data[start + 8 : start + 8 + 9]
    return (
        marker in _EVERYDAY_FRAMES
        and data[start + 7] == 3
        and components[::3] == b"\x01\x02\x03"
        and components[1::3] in _EVERYDAY_SAMPLINGS
    )


def _name_format(data: bytes) -> str:
    head = data[:16]
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "a WebP"
    if head[4:8] == b"ftyp":
        return "an AVIF, HEIC or video"
    return next((name for magic, name in _OTHERS if head.startswith(magic)), "not a known picture")


def _check_size(format_: Literal["JPEG", "PNG"], size: tuple[int, int], limit: int) -> ImageHeader:
    width, height = size
    details = {"width": width, "height": height}
    if not width or not height:
        raise InvalidImage("The image has no pixels", details)
    if max(width, height) > MAX_SIDE:
        raise InvalidImage(
            f"The image is {width} x {height}: a side may have {MAX_SIDE} pixels",
            details | {"max_side": MAX_SIDE},
        )
    if width * height > limit:
        raise InvalidImage(
            f"The image is {width} x {height}: it may have {limit} pixels",
            details | {"max_pixels": limit},
        )
    return ImageHeader(format_, width, height)


def _check_jpeg(data: bytes, max_pixels: int) -> ImageHeader:
    marker, start = _find_frame(data)
    if marker in _FRAMES_NOT_DECODED:
        raise InvalidImage(
            "The JPEG is lossless or hierarchical; send a baseline or progressive one"
        )
    if len(data) < start + 8:
        raise _truncated("JPEG")
    precision, components = data[start + 2], data[start + 7]
    if precision != 8 or components not in (1, 3, 4):
        raise InvalidImage(
            f"The JPEG has {components} components of {precision} bits; send 1, 3 or 4 of 8 bits"
        )
    size = _uint(data, start + 5, 2), _uint(data, start + 3, 2)
    block_px = _block_px(data, start, components)
    header = replace(_check_size("JPEG", size, max_pixels), block_px=block_px)
    _check_scans(data, start, header, is_huffman=marker not in _ARITHMETIC_FRAMES)
    return header


def _block_px(data: bytes, start: int, components: int) -> int:
    """8 times the largest sampling factor; the frame header lists them at every third byte."""
    factors = data[start + 9 : start + 9 + 3 * components : 3]
    if len(factors) < components:
        raise _truncated("JPEG")
    return 8 * max(1, *(max(factor >> 4, factor & 15) for factor in factors))


def _find_frame(data: bytes) -> tuple[int, int]:
    """Marker of the frame header and the offset of its length field."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.search(data, at)
        if found is None:
            raise _truncated("JPEG")
        at, marker = found.start(), found.group()[1]
        if marker in _FRAMES or marker in _FRAMES_NOT_DECODED:
            return marker, at + 2
        if marker == _SOS:
            raise InvalidImage("The JPEG has pixels before its size")
        at += 2 if marker in _STANDALONE or marker == 0 else 2 + max(2, _uint(data, at + 2, 2))
    raise InvalidImage("The JPEG has too many segments")


def _check_scans(data: bytes, start: int, header: ImageHeader, *, is_huffman: bool) -> None:
    # Pixel data never holds FF DA: an FF in it is followed by 00 or a restart marker.
    scans = data.count(b"\xff\xda", start)
    if scans > _MAX_SCANS:
        raise InvalidImage(
            f"The JPEG has {scans} scans, more than {_MAX_SCANS}", {"max_scans": _MAX_SCANS}
        )
    pixel_bytes = len(data) - data.find(b"\xff\xda", start)
    # Huffman codes spend at least one bit on each block of 8 x 8 pixels.
    shortest = header.width * header.height // 512 if is_huffman else 0
    if not scans or pixel_bytes < shortest:
        raise _truncated("JPEG")


def _check_png(data: bytes, max_pixels: int) -> ImageHeader:
    if len(data) < 33 or data[8:16] != b"\x00\x00\x00\x0dIHDR":
        raise _truncated("PNG")
    depth, colour, compression, filtering, interlace = data[24:29]
    if depth not in _PNG_DEPTHS.get(colour, ()) or compression or filtering or interlace > 1:
        raise InvalidImage("The PNG's header contradicts itself")
    header = _check_size("PNG", (_uint(data, 16, 4), _uint(data, 20, 4)), max_pixels)
    raw_bytes = header.width * header.height * _PNG_CHANNELS[colour] * depth // 8
    if _count_pixel_bytes(data) * _DEFLATE_RATIO < raw_bytes:
        raise InvalidImage("The PNG holds too little data for its size", {"is_truncated": True})
    return header


def _count_pixel_bytes(data: bytes) -> int:
    """Bytes in IDAT chunks; raises InvalidImage unless the chunks lead to IEND."""
    at, total = 8, 0
    for _ in range(_MAX_SEGMENTS):
        kind, length = data[at + 4 : at + 8], _uint(data, at, 4)
        if kind == b"IEND":
            return total
        if len(data) < at + 12 + length:
            raise _truncated("PNG")
        total += length if kind == b"IDAT" else 0
        at += 12 + length
    raise InvalidImage("The PNG has too many chunks")


def _uint(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _truncated(format_: str) -> InvalidImage:
    return InvalidImage(f"The {format_} is truncated", {"is_truncated": True})
