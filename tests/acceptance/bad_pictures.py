"""Pictures that nobody should send, each a few bytes or kilobytes; and odd ones that are good."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZE_OF_PICTURE = (32, 24)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(
    width: int,
    height: int,
    pixels: bytes,
    form: tuple[int, int, int, int, int] = (8, 2, 0, 0, 0),
) -> bytes:
    """form: depth, colour, compression, filtering, interlace."""
    header = struct.pack(">IIBBBBB", width, height, *form)
    return _PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", pixels) + _chunk(b"IEND", b"")


def _deflated(width: int, height: int) -> bytes:
    return zlib.compress(bytes((3 * width + 1) * height), 9)


def _frame(width: int, height: int, marker: int = 0xC0, form: tuple[int, int] = (8, 3)) -> bytes:
    """A JPEG's frame header; form: bits, components."""
    bits, components = form
    parts = b"".join(bytes([number, 0x11, 0]) for number in range(1, components + 1))
    length = struct.pack(">H", 8 + 3 * components)
    return (
        bytes([0xFF, marker]) + length + struct.pack(">BHHB", bits, height, width, components)
    ) + parts


def _scan(size: int = 1000) -> bytes:
    return b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00" + bytes(size)


def _jpeg(*parts: bytes) -> bytes:
    return b"\xff\xd8" + b"".join(parts)


def encode(mode: str, format_: str, **options: object) -> bytes:
    """A good picture of noise."""
    pixels = np.random.default_rng(7).integers(0, 255, (24, 32, 3), np.uint8)
    buffer = io.BytesIO()
    image = Image.fromarray(pixels)
    if mode == "I;16":
        image = Image.fromarray(pixels[:, :, 0].astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def _rotated() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    return encode("RGB", "JPEG", exif=exif)


GOOD_JPEG = encode("RGB", "JPEG")
_GOOD_PNG = encode("RGB", "PNG")
_PROGRESSIVE = encode("RGB", "JPEG", progressive=True)

BAD_PICTURES: dict[str, bytes] = {
    "png with too little data": _png(100, 100, b"x"),
    "png with empty data": _png(8, 8, b""),
    "png whose data is no zlib": _png(8, 8, b"x" * 300),
    "png 0 wide": _png(0, 8, _deflated(8, 8)),
    "png 0 high": _png(8, 0, _deflated(8, 8)),
    "png 0 x 0": _png(0, 0, b""),
    "png 16385 wide": _png(16385, 1, _deflated(16385, 1)),
    "png 16385 high": _png(1, 16385, _deflated(1, 16385)),
    "png of 100 megapixels": _png(10_000, 10_000, _deflated(1000, 1000)),
    "png 2^31 wide": _png(2**31, 1, b"x"),
    "png 65500 x 65500": _png(65500, 65500, b"x"),
    "png of 3 bits": _png(8, 8, _deflated(8, 8), (3, 2, 0, 0, 0)),
    "png of colour 5": _png(8, 8, _deflated(8, 8), (8, 5, 0, 0, 0)),
    "png of compression 1": _png(8, 8, _deflated(8, 8), (8, 2, 1, 0, 0)),
    "png of filtering 1": _png(8, 8, _deflated(8, 8), (8, 2, 0, 1, 0)),
    "png of interlace 2": _png(8, 8, _deflated(8, 8), (8, 2, 0, 0, 2)),
    "png signature": _PNG,
    "png cut in its header": _GOOD_PNG[:20],
    "png cut in its data": _GOOD_PNG[: len(_GOOD_PNG) // 2],
    "png without its end": _GOOD_PNG[:-12],
    "png without data": _PNG + _chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)),
    "png of 10001 chunks": _GOOD_PNG[:33] + _chunk(b"tEXt", b"") * 10_001 + _GOOD_PNG[33:],
    "png with a wrong check sum": _GOOD_PNG[:29] + b"\0\0\0\0" + _GOOD_PNG[33:],
    "png chunk of 4 gigabytes": _GOOD_PNG[:33] + b"\xff\xff\xff\xffIDAT" + bytes(100),
    "png in a text disguise": b"\n" + _GOOD_PNG,
    "jpeg magic": b"\xff\xd8\xff",
    "jpeg start": b"\xff\xd8",
    "jpeg end": b"\xff\xd8\xff\xd9",
    "jpeg of 0 wide": _jpeg(_frame(0, 8), _scan()),
    "jpeg of 0 high": _jpeg(_frame(8, 0), _scan()),
    "jpeg 65500 x 65500": _jpeg(_frame(65500, 65500), _scan(45_000)),
    "jpeg 16385 wide": _jpeg(_frame(16385, 8), _scan(45_000)),
    "jpeg of 64 megapixels": _jpeg(_frame(8000, 8000), _scan(200_000)),
    "jpeg with too little data": _jpeg(_frame(4000, 4000), _scan(10)),
    "jpeg without a scan": _jpeg(_frame(8, 8)),
    "jpeg without tables": _jpeg(_frame(8, 8), _scan()),
    "jpeg with pixels before its size": _jpeg(_scan(), _frame(8, 8)),
    "jpeg of 12 bits": _jpeg(_frame(8, 8, form=(12, 3)), _scan()),
    "jpeg of 2 components": _jpeg(_frame(8, 8, form=(8, 2)), _scan()),
    "jpeg of 0 components": _jpeg(_frame(8, 8, form=(8, 0)), _scan()),
    "jpeg lossless": _jpeg(_frame(8, 8, 0xC3), _scan()),
    "jpeg hierarchical": _jpeg(_frame(8, 8, 0xC5), _scan()),
    "jpeg arithmetic without tables": _jpeg(_frame(8, 8, 0xC9), _scan()),
    "jpeg of 1010 scans": _jpeg(_frame(1000, 1000, 0xC2), *[_scan(460)] * 1010),
    "jpeg of 33 scans": _jpeg(_frame(8, 8, 0xC2), *[_scan(20)] * 33),
    "jpeg of 10001 segments": _jpeg(b"\xff\xfe\x00\x02" * 10_001, _frame(8, 8), _scan()),
    "jpeg cut in half": GOOD_JPEG[: len(GOOD_JPEG) // 2],
    "jpeg cut in its header": GOOD_JPEG[:100],
    "jpeg progressive cut": _PROGRESSIVE[: len(_PROGRESSIVE) // 3],
    "jpeg segment beyond its end": _jpeg(b"\xff\xe0\xff\xffJFIF"),
    "jpeg of zeros": _jpeg(bytes(2000)),
    "gif": encode("P", "GIF"),
    "bmp": encode("RGB", "BMP"),
    "tiff": encode("RGB", "TIFF"),
    "tiff, big end first": b"MM\x00*" + bytes(100),
    "webp": encode("RGB", "WEBP"),
    "icon": encode("RGB", "ICO"),
    "portable pixmap": encode("RGB", "PPM"),
    "jpeg 2000": b"\x00\x00\x00\x0cjP  \r\n\x87\n" + bytes(100),
    "heic": b"\x00\x00\x00\x18ftypheic" + bytes(100),
    "avif": b"\x00\x00\x00\x18ftypavif" + bytes(100),
    "mp4": b"\x00\x00\x00\x18ftypisom" + bytes(100),
    "svg": b'<svg xmlns="x"><script>alert(1)</script></svg>',
    "svg in xml": b'<?xml version="1.0"?><svg/>',
    "xml with entities": b'<!DOCTYPE a [<!ENTITY a "&a;&a;">]><a>&a;</a>',
    "html": b"<!doctype html><img src=x onerror=alert(1)>",
    "pdf": b"%PDF-1.7\n" + bytes(100),
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "zip": b"PK\x03\x04" + bytes(100),
    "pickle": b"\x80\x04\x95\x1f\x00\x00\x00\x00\x00\x00\x00.",
    "elf": b"\x7fELF" + bytes(100),
    "photoshop": b"8BPS\x00\x01" + bytes(100),
    "text": b"hello world, this is no image",
    "one byte": b"\x00",
    "zeros": bytes(4096),
}
"""Each is 400 INVALID_IMAGE."""

GOOD_PICTURES: dict[str, bytes] = {
    "grey jpeg": encode("L", "JPEG"),
    "cmyk jpeg": encode("CMYK", "JPEG"),
    "progressive jpeg": _PROGRESSIVE,
    "jpeg rotated by exif": _rotated(),
    "jpeg with something after its end": GOOD_JPEG + b"trailer",
    "jpeg with a comment": encode("RGB", "JPEG", comment=b"by nobody"),
    "grey png": encode("L", "PNG"),
    "grey png with alpha": encode("LA", "PNG"),
    "palette png": encode("P", "PNG"),
    "palette png with transparency": encode("P", "PNG", transparency=0),
    "png with alpha": encode("RGBA", "PNG"),
    "png of one bit": encode("1", "PNG"),
    "png of 16 bits": encode("I;16", "PNG"),
    "png with something after its end": _GOOD_PNG + b"trailer",
    "png of one pixel": _png(1, 1, _deflated(1, 1)),
    "png 16384 wide": _png(16384, 1, _deflated(16384, 1)),
}
"""Each is 200."""
