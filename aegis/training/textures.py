"""Pictures of nothing: planks, boxes, poles and stains, for backgrounds nobody stands in."""

import cv2
import numpy as np
from numpy.typing import NDArray

Canvas = NDArray[np.float32]


def render_texture(side: int, random: np.random.Generator) -> NDArray[np.uint8]:
    """Return a square grey picture of ``side`` pixels without anybody or any weapon in it."""
    slope = np.linspace(-1, 1, side, dtype=np.float32)
    picture = np.full((side, side), random.uniform(20, 235), np.float32)
    picture += slope[:, None] * np.float32(random.uniform(-50, 50))
    picture += slope[None] * np.float32(random.uniform(-50, 50))
    painters = (_paint_planks, _paint_boxes, _paint_poles, _paint_stains)
    for painter in random.permutation(len(painters))[: random.integers(1, 4)].tolist():
        painters[painter](picture, random)
    coarse = random.standard_normal((side // 8, side // 8), np.float32) * random.uniform(0, 12)
    picture += cv2.resize(coarse.astype(np.float32), (side, side))
    picture += random.standard_normal(picture.shape, np.float32) * np.float32(random.uniform(0, 6))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _paint_planks(picture: Canvas, random: np.random.Generator) -> None:
    """Paint bands towards a vanishing point, as boards and tiles lie, over the lower part."""
    side = len(picture)
    horizon = int(random.uniform(-0.3, 0.7) * side)
    layer = picture.copy()
    point = (int(random.uniform(-1, 2) * side), horizon - int(random.uniform(0, 1.5) * side))
    count = int(random.integers(8, 40))
    feet = (np.linspace(-2, 3, count) * side + random.normal(0, side / 60, count)).astype(int)
    ground = float(layer.mean())
    for left, right in zip(feet[:-1].tolist(), feet[1:].tolist(), strict=True):
        tone = float(random.normal(0, 14)) + ground
        corners = np.array([point, (left, 2 * side), (right, 2 * side)], np.int32)
        cv2.fillPoly(layer, [corners], (tone,))
        joint = tone - float(random.uniform(5, 70))
        cv2.line(layer, point, (left, 2 * side), (joint,), int(random.integers(1, 3)))
    top = max(0, horizon)
    picture[top:] = layer[top:]


def _paint_boxes(picture: Canvas, random: np.random.Generator) -> None:
    side = len(picture)
    for _ in range(int(random.integers(1, 10))):
        x, y = (random.uniform(-0.2, 1, 2) * side).astype(int).tolist()
        width, height = (random.uniform(0.05, 0.6, 2) * side).astype(int).tolist()
        line = -1 if random.random() < 0.6 else int(random.integers(1, 6))
        cv2.rectangle(picture, (x, y), (x + width, y + height), _tone(random), line)


def _paint_poles(picture: Canvas, random: np.random.Generator) -> None:
    """Paint upright things: posts, table legs, door frames, some with a round top."""
    side = len(picture)
    for _ in range(int(random.integers(1, 8))):
        x, y = int(random.uniform(0, 1) * side), int(random.uniform(-0.2, 0.8) * side)
        foot = (x + int(random.normal(0, side / 40)), y + int(random.uniform(0.1, 0.9) * side))
        cv2.line(picture, (x, y), foot, _tone(random), int(random.integers(2, 16)))
        if random.random() < 0.5:
            axes = (int(random.uniform(5, 60)), int(random.uniform(2, 20)))
            cv2.ellipse(picture, (x, y), axes, 0, 0, 360, _tone(random), -1)


def _paint_stains(picture: Canvas, random: np.random.Generator) -> None:
    side = len(picture)
    for _ in range(int(random.integers(1, 12))):
        x, y = (random.uniform(0, 1, 2) * side).astype(int).tolist()
        axes = (int(random.uniform(3, 60)), int(random.uniform(3, 60)))
        angle = float(random.uniform(0, 180))
        cv2.ellipse(picture, (x, y), axes, angle, 0, 360, _tone(random), -1)


def _tone(random: np.random.Generator) -> tuple[float]:
    return (float(random.uniform(0, 255)),)
