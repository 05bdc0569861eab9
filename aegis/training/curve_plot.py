"""Draws curves and tables of a report as PNG, with nothing but Pillow."""

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


def draw_lines(
    path: Path, title: str, x_name: str, lines: Mapping[str, NDArray[np.float64]]
) -> None:
    """Write a PNG of named rows of numbers (N,), one for each step from 1, from 0 up."""
    top = max((float(np.nanmax(it)) for it in lines.values() if len(it)), default=1.0) or 1.0
    last = max((len(it) for it in lines.values()), default=1)
    curves = {
        f"{name} {values[-1]:.3g}": (
            np.arange(1, len(values) + 1) / max(last, 1),
            np.clip(values / top, 0.0, 1.0),
        )
        for name, values in lines.items()
        if len(values)
    }
    axes = (f"{x_name} / {last}", f"{title} / {top:.3g}")
    draw_curves(path, title, axes, curves, diagonal=False)


def draw_confusion(
    path: Path, title: str, names: tuple[tuple[str, ...], tuple[str, ...]], counts: NDArray[np.int_]
) -> None:
    """Write a PNG of a table of counts (R, C): rows are what is true, columns what was said."""
    rows, columns = names
    cell, left, top = 120, 130, 90
    size = (left + cell * len(columns) + 20, top + 60 * len(rows) + 20)
    picture = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(picture)
    pen.text((12, 12), title, fill="black", font=_font(19))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    for column, name in enumerate(columns):
        pen.text((left + cell * column + 8, top - 28), name, fill="black", font=_font(15))
    for row, name in enumerate(rows):
        y = top + 60 * row
        pen.text((12, y + 20), name, fill="black", font=_font(15))
        for column in range(len(columns)):
            x = left + cell * column
            pale = int(255 - 130 * float(shares[row, column]))
            pen.rectangle((x, y, x + cell - 4, y + 56), fill=(pale, pale, 255))
            pen.text((x + 10, y + 18), str(counts[row, column]), fill="black", font=_font(17))
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
