"""Draws curves over the unit square as a PNG, with nothing but Pillow."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]
_SIDE = 480
_MARGIN = 64
_TICKS = 5
_COLOURS = ("#0b6e99", "#c0392b", "#2e7d32", "#8e5ea2", "#b8860b")


def draw_curves(
    path: Path, title: str, axes: tuple[str, str], curves: Mapping[str, Curve], *, diagonal: bool
) -> None:
    """Write a PNG of named curves, each x (N,) and y (N,) from 0 to 1.

    axes: names of x and y. diagonal: whether to draw the line on which y equals x, which a
    reliability diagram needs.
    """
    extent = _SIDE + 2 * _MARGIN
    picture = Image.new("RGB", (extent, extent), "white")
    pen = ImageDraw.Draw(picture)
    _draw_frame(pen, title, axes)
    if diagonal:
        pen.line([_spot(0, 0), _spot(1, 1)], fill="#9ab7a1", width=2)
    top = _SIDE - 40 if diagonal else _MARGIN + 14
    for index, (name, (x, y)) in enumerate(curves.items()):
        colour = _COLOURS[index % len(_COLOURS)]
        spots = [_spot(float(a), float(b)) for a, b in zip(x, y, strict=True)]
        if len(spots) > 1:
            pen.line(spots, fill=colour, width=3, joint="curve")
        row = top + 22 * index
        pen.line([(_SIDE - 80, row + 8), (_SIDE - 56, row + 8)], fill=colour, width=4)
        pen.text((_SIDE - 48, row), name, fill="black", font=_font(15))
    picture.save(path, optimize=True)


def _draw_frame(pen: ImageDraw.ImageDraw, title: str, axes: tuple[str, str]) -> None:
    pen.text((_MARGIN, 20), title, fill="black", font=_font(19))
    for tick in range(_TICKS + 1):
        share = tick / _TICKS
        pen.line([_spot(share, 0), _spot(share, 1)], fill="#e4e4e4")
        pen.line([_spot(0, share), _spot(1, share)], fill="#e4e4e4")
        x, y = _spot(share, 0)
        pen.text((x - 10, y + 6), f"{share:.1f}", fill="black", font=_font(13))
        x, y = _spot(0, share)
        pen.text((x - 30, y - 8), f"{share:.1f}", fill="black", font=_font(13))
    pen.text((_MARGIN + _SIDE // 2, _MARGIN + _SIDE + 30), axes[0], fill="black", font=_font(15))
    pen.text((8, _MARGIN - 20), axes[1], fill="black", font=_font(15))


def _spot(x: float, y: float) -> tuple[float, float]:
    return _MARGIN + x * _SIDE, _MARGIN + (1 - y) * _SIDE


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
