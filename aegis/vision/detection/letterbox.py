"""Fits a picture into the network's input without wasting pixels on its shape."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

_FILL = 114


@dataclass(frozen=True, slots=True, eq=False)
class Letterboxed:
    """luminance: (H, W) uint8, sides multiples of 32; scale: its pixels for one of the image's."""

    luminance: NDArray[np.uint8]
    scale: float


def letterbox(image: NDArray[np.uint8], long_side: int) -> Letterboxed:
    """Luminance of an RGB (H, W, 3) or grey (H, W) picture, its longer side `long_side`."""
    height, width = image.shape[:2]
    scale = long_side / max(height, width)
    inner = max(1, round(width * scale)), max(1, round(height * scale))
    smooth = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    small = cv2.resize(image, inner, interpolation=smooth)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    canvas = np.full((_up_to_32(inner[1]), _up_to_32(inner[0])), _FILL, np.uint8)
    canvas[: inner[1], : inner[0]] = grey
    return Letterboxed(canvas, scale)


def _up_to_32(side: int) -> int:
    return -(-side // 32) * 32
