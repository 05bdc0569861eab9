"""Shows what a camera's description says, on a copy of its picture."""

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from aegis.domain.polygon import Point
from aegis.domain.site import Camera, Tripwire

Pixels = NDArray[np.uint8]
Place = tuple[float, float]
_Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
_Colour = tuple[int, int, int]

_COLOURS: dict[str, _Colour] = {
    "zone": (64, 200, 120),
    "restricted zone": (255, 64, 80),
    "door zone": (255, 170, 40),
    "entrance zone": (80, 180, 255),
    "protected zone": (215, 110, 255),
    "waiting zone": (120, 220, 220),
    "counted line": (235, 235, 235),
    "tripwire": (255, 230, 0),
    "barrier": (255, 120, 0),
    "door line": (0, 210, 255),
    "privacy, blacked out": (20, 20, 20),
}
_INK, _PAPER = (16, 18, 22), (246, 247, 249)
_OUTLINE = (0, 0, 0)
_FILL = 70
"""Opacity of a zone, of 255."""


@dataclass(frozen=True, slots=True)
class _Shape:
    """What is drawn once: points in pixels, closed unless it is a line."""

    kind: str
    label: str
    points: tuple[Place, ...]
    is_closed: bool = True
    arrows: tuple[int, ...] = ()


def draw_description(rgb: Pixels, camera: Camera) -> Pixels:
    """A copy of (H, W, 3) pixels with every zone, line and privacy polygon, and a legend below.

    The picture keeps its width; the legend makes it taller. An arrow shows the direction in
    which crossing a line counts.
    """
    image = Image.fromarray(rgb).convert("RGB")
    shapes = list(_shapes(camera, image.size))
    font = ImageFont.load_default(max(12, max(image.size) // 50))
    line = max(2, max(image.size) // 350)
    image = _with_areas(image, shapes)
    pen = ImageDraw.Draw(image)
    for shape in shapes:
        _draw_outline(pen, shape, line)
    taken: list[tuple[float, float, float, float]] = []
    for shape in shapes:
        _draw_label(pen, shape, font, taken)
    return np.array(_with_legend(image, shapes, font))


def _shapes(camera: Camera, size: tuple[int, int]) -> Iterator[_Shape]:
    """Privacy first, so that everything else stays readable above it."""
    for number, polygon in enumerate(camera.privacy, start=1):
        yield _Shape("privacy, blacked out", f"private {number}", _scale(polygon, size))
    for zone in camera.zones:
        kind = f"{zone.kind} zone" if zone.kind != "area" else "zone"
        kind = "restricted zone" if zone.restricted else kind
        yield _Shape(kind, zone.name, _scale(zone.polygon, size))
    for wire in camera.tripwires:
        kind = {"line": "counted line", "door": "door line"}.get(wire.kind, wire.kind)
        points = _scale(wire.line, size)
        yield _Shape(kind, wire.name, points, is_closed=False, arrows=_directions(wire))


def _scale(points: Sequence[Point], size: tuple[int, int]) -> tuple[Place, ...]:
    width, height = size[0] - 1, size[1] - 1
    return tuple((x * width, y * height) for x, y in points)


def _directions(wire: Tripwire) -> tuple[int, ...]:
    """1 for a crossing to the right hand of who looks along the line, -1 for one to the left."""
    return {"forward": (1,), "backward": (-1,), "both": (1, -1)}[wire.direction]


def _with_areas(image: Image.Image, shapes: Sequence[_Shape]) -> Image.Image:
    """Zones as a tint; privacy polygons black, as the detector gets them."""
    for shape in shapes:
        if not shape.is_closed:
            continue
        is_private = shape.kind.startswith("privacy")
        mask = Image.new("L", image.size, 0)
        ImageDraw.Draw(mask).polygon(list(shape.points), fill=255 if is_private else _FILL)
        colour = (0, 0, 0) if is_private else _COLOURS[shape.kind]
        image.paste(Image.new("RGB", image.size, colour), (0, 0), mask)
    return image


def _draw_outline(pen: ImageDraw.ImageDraw, shape: _Shape, line: int) -> None:
    points = [*shape.points, shape.points[0]] if shape.is_closed else list(shape.points)
    colour = (140, 140, 140) if shape.kind.startswith("privacy") else _COLOURS[shape.kind]
    pen.line(points, fill=_OUTLINE, width=line + 2, joint="curve")
    pen.line(points, fill=colour, width=line, joint="curve")
    for side in shape.arrows:
        _draw_arrow(pen, shape.points, side, 6 * line, colour)


def _draw_arrow(
    pen: ImageDraw.ImageDraw, points: Sequence[Place], side: int, length: float, colour: _Colour
) -> None:
    """From the middle of the line's longest piece, across it."""
    start, end = max(itertools.pairwise(points), key=lambda piece: math.dist(*piece))
    along = (end[0] - start[0], end[1] - start[1])
    size = math.hypot(*along) or 1.0
    right = (-along[1] / size * side, along[0] / size * side)
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    tip = (middle[0] + right[0] * 2 * length, middle[1] + right[1] * 2 * length)
    wing = (along[0] / size * length / 2, along[1] / size * length / 2)
    base = (middle[0] + right[0] * length, middle[1] + right[1] * length)
    head = [tip, (base[0] + wing[0], base[1] + wing[1]), (base[0] - wing[0], base[1] - wing[1])]
    pen.line([middle, base], fill=colour, width=max(2, int(length / 6)))
    pen.polygon(head, fill=colour, outline=_OUTLINE)


def _draw_label(
    pen: ImageDraw.ImageDraw,
    shape: _Shape,
    font: _Font,
    taken: list[tuple[float, float, float, float]],
) -> None:
    """The name on a plate of the shape's colour, moved down until it covers no other name."""
    x, y = _anchor(shape)
    left, top, right, bottom = pen.textbbox((0, 0), shape.label, font=font)
    pad = max(2.0, (bottom - top) / 4)
    wide, tall = right - left + 2 * pad, bottom - top + 2 * pad
    width, height = pen.im.size
    x = min(max(x - wide / 2, 0), max(width - wide, 0))
    y = min(max(y - tall / 2, 0), max(height - tall, 0))
    while any(_overlaps((x, y, x + wide, y + tall), plate) for plate in taken):
        y += tall / 2
        if y + tall > height:
            break
    taken.append((x, y, x + wide, y + tall))
    is_private = shape.kind.startswith("privacy")
    pen.rectangle(taken[-1], fill=_COLOURS[shape.kind], outline=_OUTLINE)
    place = (x + pad - left, y + pad - top)
    pen.text(place, shape.label, fill=_PAPER if is_private else _INK, font=font)


def _anchor(shape: _Shape) -> Place:
    """The middle of what is drawn."""
    xs, ys = zip(*shape.points, strict=True)
    if shape.is_closed:
        return sum(xs) / len(xs), sum(ys) / len(ys)
    return shape.points[0]


def _overlaps(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _with_legend(image: Image.Image, shapes: Sequence[_Shape], font: _Font) -> Image.Image:
    """A strip below the picture that names each colour in it once."""
    kinds = list(dict.fromkeys(shape.kind for shape in shapes)) or ["nothing is drawn here"]
    pen = ImageDraw.Draw(image)
    row = int(pen.textbbox((0, 0), "Ay", font=font)[3] * 1.6)
    places, x, y = list[tuple[str, int, int]](), row // 2, row // 4
    for kind in kinds:
        wide = int(pen.textlength(kind, font=font)) + 2 * row
        if x > row and x + wide > image.width:
            x, y = row // 2, y + row
        places.append((kind, x, y))
        x += wide
    whole = Image.new("RGB", (image.width, image.height + y + row + row // 4), _PAPER)
    whole.paste(image, (0, 0))
    pen = ImageDraw.Draw(whole)
    for kind, left, below in places:
        top = image.height + below
        side = row * 2 // 3
        if kind in _COLOURS:
            box = (left, top + row // 6, left + side, top + row // 6 + side)
            pen.rectangle(box, fill=_COLOURS[kind], outline=_OUTLINE)
        pen.text((left + row, top + row // 8), kind, fill=_INK, font=font)
    return whole
