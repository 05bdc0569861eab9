"""What grounds, walls and doors are made of: textures, 40 pixels to a metre."""

from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Material = Literal["asphalt", "paving", "tiles", "carpet", "grass", "brick", "plaster", "concrete"]

PIXELS_PER_M = 40
_COLOUR: dict[Material, Colour] = {
    "asphalt": (96, 97, 99),
    "paving": (150, 146, 138),
    "tiles": (172, 170, 164),
    "carpet": (104, 108, 118),
    "grass": (92, 112, 72),
    "brick": (142, 104, 88),
    "plaster": (196, 192, 182),
    "concrete": (152, 152, 148),
}
_ROUGHNESS: dict[Material, float] = {"asphalt": 0.09, "grass": 0.14, "carpet": 0.05}
_JOINTS: dict[Material, tuple[float, float, float]] = {
    "paving": (0.5, 0.5, 0.82),
    "tiles": (0.6, 0.6, 0.88),
    "brick": (0.25, 0.08, 0.86),
    "concrete": (2.4, 2.6, 0.84),
}


def make_texture(
    material: Material, size_m: tuple[float, float], random: np.random.Generator
) -> Pixels:
    """(H, W, 3) RGB for so many metres across and down."""
    width, height = (max(2, round(side * PIXELS_PER_M)) for side in size_m)
    tone = 1 + 0.06 * _cloud(width, height, 90, random) + 0.03 * _cloud(width, height, 14, random)
    rough = _ROUGHNESS.get(material, 0.02)
    tone += rough * random.normal(0, 1, (height, width)).astype(np.float32)
    _lay_joints(tone, material, random)
    if material == "asphalt":
        _wear(tone, random)
    base = np.array(_COLOUR[material], np.float32) * random.uniform(0.9, 1.1)
    return np.asarray((tone[:, :, None] * base).clip(0, 255), np.uint8)


def _cloud(width: int, height: int, grain: int, random: np.random.Generator) -> NDArray[np.float32]:
    coarse = random.normal(0, 1, (height // grain + 2, width // grain + 2)).astype(np.float32)
    return np.asarray(
        cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32
    )


def _lay_joints(tone: NDArray[np.float32], material: Material, random: np.random.Generator) -> None:
    """Rows of slabs, each a little different, with dark lines between."""
    if material not in _JOINTS:
        return
    wide_m, high_m, dark = _JOINTS[material]
    wide, high = round(wide_m * PIXELS_PER_M), max(2, round(high_m * PIXELS_PER_M))
    height, width = tone.shape
    slabs = random.normal(1, 0.03, (height // high + 1, width // wide + 1)).astype(np.float32)
    tone *= np.repeat(np.repeat(slabs, high, 0), wide, 1)[:height, :width]
    tone[::high] *= dark
    for row in range(0, height, high):
        shift = wide // 2 if material == "brick" and (row // high) % 2 else 0
        tone[row : row + high, shift::wide] *= dark


def _wear(tone: NDArray[np.float32], random: np.random.Generator) -> None:
    """Oil, patches and cracks."""
    height, width = tone.shape
    for _ in range(max(3, width * height // 60000)):
        at = (int(random.integers(width)), int(random.integers(height)))
        axes = (int(random.integers(4, 30)), int(random.integers(3, 18)))
        stain = np.zeros_like(tone)
        cv2.ellipse(stain, at, axes, float(random.uniform(0, 180)), 0, 360, 1.0, -1)
        tone *= 1 - 0.16 * cv2.GaussianBlur(stain, (0, 0), 3)
    for _ in range(5):
        path = np.cumsum(random.normal(0, 14, (14, 2)), axis=0) + random.uniform(0, (width, height))
        cv2.polylines(tone, [path.astype(np.int32)], isClosed=False, color=0.78, thickness=1)
