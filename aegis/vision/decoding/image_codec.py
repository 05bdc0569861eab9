"""Encoded pictures to pixels and back, with Pillow alone.

torchvision dies on a hostile PNG and ignores EXIF, so no other decoder is used; only
`card_decoder`, where a site asks for it, gives everyday JPEGs to a card.
"""

import io
import zlib

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image

from aegis.errors import InvalidImage
from aegis.vision.decoding.image_header import ImageHeader, check_image_header, is_everyday_jpeg

Pixels = NDArray[np.uint8]

_MAX_PIXELS = 40_000_000
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIXTEEN_BIT = ("I;16", "I;16B", "I;16L", "I;16N", "I")
# Everything Pillow was seen to raise on damaged files.
_DAMAGED = (
    OSError,
    ValueError,
    SyntaxError,
    LookupError,
    TypeError,
    ArithmeticError,
    AttributeError,
    EOFError,
    zlib.error,
    MemoryError,
    Image.DecompressionBombError,
)


def decode_image(data: bytes, max_pixels: int = _MAX_PIXELS, max_side: int | None = None) -> Pixels:
    """(H, W, 3) uint8 RGB of a JPEG or PNG, upright as its EXIF says; raises InvalidImage.

    Grey, palette, 16-bit, CMYK and alpha (over black) become RGB; a truncated picture is
    refused. max_side: a JPEG may come at a half, quarter or eighth of its size, as long as
    its longer side keeps that many pixels; a smaller picture is never enlarged.
    """
    header = check_image_header(data, max_pixels)
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            _shrink(image, header, max_side)
            image.load()
            return _to_rgb(_turn_upright(image))
    except _DAMAGED as error:
        raise InvalidImage(f"The {header.format} is truncated or damaged") from error


def everyday_orientation(data: bytes, max_pixels: int = _MAX_PIXELS) -> int | None:
    """EXIF orientation (1: upright) of a JPEG as cameras build them; None of any other picture.

    Nothing is decoded. Raises InvalidImage for what `decode_image` refuses by its header.
    """
    check_image_header(data, max_pixels)
    if not is_everyday_jpeg(data):
        return None
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            # Without the mark of JFIF or Adobe, decoders guess what the components mean.
            is_ycc = image.info.get("adobe_transform", 1 if "jfif" in image.info else None) == 1
            orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except _DAMAGED:
        return None
    return orientation if is_ycc and orientation in (1, *_UPRIGHT) else None


def turn_upright(rgb: Pixels, orientation: int) -> Pixels:
    """(H, W, 3) pixels as an EXIF orientation (1 to 8) asks for."""
    turn = _UPRIGHT.get(orientation)
    return rgb if turn is None else np.array(Image.fromarray(rgb).transpose(turn))


def encode_jpeg(rgb: Pixels, quality: int = 85) -> bytes:
    """A JPEG of (H, W, 3) uint8 pixels, with no metadata at all."""
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def encode_thumbnail(rgb: Pixels, max_side: int = 320, quality: int = 75) -> bytes:
    """A small JPEG of (H, W, 3) uint8 pixels, its longer side at most `max_side`; no metadata."""
    image = Image.fromarray(rgb)
    image.thumbnail((max_side, max_side), Image.Resampling.BILINEAR, reducing_gap=1.0)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _shrink(image: Image.Image, header: ImageHeader, max_side: int | None) -> None:
    if max_side is None or header.format != "JPEG":
        return
    scale = max_side / max(header.width, header.height)
    if scale < 1:
        image.draft(None, (int(header.width * scale), int(header.height * scale)))


def _turn_upright(image: Image.Image) -> Image.Image:
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except _DAMAGED:
        # Broken metadata does not make the picture unreadable.
        return image
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _to_rgb(image: Image.Image) -> Pixels:
    if image.mode in _SIXTEEN_BIT:
        wide = np.asarray(image, np.int64).clip(0, 65535)
        grey = ((wide + 128) // 257).astype(np.uint8)
        return np.repeat(grey[:, :, None], 3, axis=2)
    if image.mode in {"LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        image = image.convert("RGBA")
    if image.mode == "RGBA":
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        image = Image.alpha_composite(black, image)
    # A copy, because torch warns of arrays that it may not write to.
    return np.array(image if image.mode == "RGB" else image.convert("RGB"))
