"""Shows what was detected, on a copy of the picture."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from aegis.domain.detection import Detections

Pixels = NDArray[np.uint8]

_COLOURS = {"person": (255, 196, 0), "vehicle": (0, 176, 255), "weapon": (255, 48, 64)}
_OTHER_COLOUR = (64, 224, 128)
_INK = (0, 0, 0)


def draw_boxes(rgb: Pixels, detections: Detections) -> Pixels:
    """A copy of (H, W, 3) pixels with every box, its label and its score (0 to 1).

    The best score is drawn last, so that it is never covered.
    """
    image = Image.fromarray(rgb)
    pen = ImageDraw.Draw(image)
    long_side = max(image.size)
    font = ImageFont.load_default(max(11, long_side // 60))
    for index in reversed(range(len(detections))):
        _draw_box(pen, detections, index, max(2, long_side // 400), font)
    return np.array(image)


def _draw_box(
    pen: ImageDraw.ImageDraw,
    detections: Detections,
    index: int,
    line: int,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    label = detections.labels[index]
    colour = _COLOURS.get(label, _OTHER_COLOUR)
    width, height = pen.im.size
    limits = (width - 1, height - 1) * 2
    x0, y0, x1, y1 = np.clip(detections.xyxy[index], 0, limits).tolist()
    pen.rectangle((x0, y0, max(x0, x1), max(y0, y1)), outline=colour, width=line)
    text = f"{label} {detections.scores[index]:.2f}"
    left, top, right, bottom = pen.textbbox((0, 0), text, font=font)
    tall, wide = bottom - top + 2 * line, right - left + 2 * line
    y = y0 - tall if y0 >= tall else y0
    x = max(0, min(x0, width - wide))
    pen.rectangle((x, y, x + wide, y + tall), fill=colour)
    pen.text((x + line - left, y + line - top), text, fill=_INK, font=font)
