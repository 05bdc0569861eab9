"""Makes many pictures of one: mosaics, other places, other sizes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.training.labelled_images import LabelledImage
from aegis.training.textures import render_texture

_MIN_SIDE_PX = 4.0
_MIN_VISIBLE = 0.3
_STRETCH = 0.15
_JITTER = 0.35
_HALVE_BELOW = 0.6
_TEXTURED = 0.6


def place(image: LabelledImage, side: int, random: np.random.Generator) -> LabelledImage:
    """Put one picture somewhere on a square of ``side`` pixels, scaled, stretched, mirrored.

    What it leaves free is flat, or a texture on which nothing is to be found.
    """
    move = _random_move(image, side, (-_JITTER, _JITTER), random)
    height, width = image.luminance.shape
    move.dx = (side - width * move.sx) * random.uniform(-0.1, 1.1)
    move.dy = (side - height * move.sy) * random.uniform(-0.1, 1.1)
    placed = _moved(image, move, (side, side), random)
    if random.random() < _TEXTURED:
        left, top = max(0, ceil(move.dx)), max(0, ceil(move.dy))
        right, bottom = int(move.dx + width * move.sx), int(move.dy + height * move.sy)
        around = render_texture(side, random)
        around[top:bottom, left:right] = placed.luminance[top:bottom, left:right]
        placed = replace(placed, luminance=around)
    return placed


def nothing(side: int, labels: int, random: np.random.Generator) -> LabelledImage:
    """Return a texture alone: a negative for every one of ``labels`` labels."""
    return LabelledImage(
        render_texture(side, random),
        np.zeros((0, 4), np.float32),
        np.zeros(0, np.int64),
        np.zeros(0, np.float32),
        np.ones(labels, np.bool_),
    )


def mosaic(
    images: Sequence[LabelledImage], side: int, random: np.random.Generator
) -> LabelledImage:
    """Lay four pictures around a random point of a square (Bochkovskiy et al., YOLOv4).

    Of the whole is known what is known of all four.
    """
    cx, cy = (int(side * random.uniform(0.3, 0.7)) for _ in range(2))
    corners = ((0, 0, cx, cy), (cx, 0, side, cy), (0, cy, cx, side), (cx, cy, side, side))
    luminance = np.zeros((side, side), np.uint8)
    parts = []
    for image, (x0, y0, x1, y1) in zip(images, corners, strict=True):
        part = _fill_tile(image, (x1 - x0, y1 - y0), side, random)
        luminance[y0:y1, x0:x1] = part.luminance
        parts.append((part.xyxy + np.array([x0, y0, x0, y0], np.float32), part))
    return LabelledImage(
        luminance,
        np.concatenate([xyxy for xyxy, _ in parts]),
        np.concatenate([part.labels for _, part in parts]),
        np.concatenate([part.weights for _, part in parts]),
        np.logical_and.reduce([image.known for image in images]),
    )


@dataclass(slots=True)
class _Move:
    """Where a picture goes: x becomes sx * x + dx, mirrored if ``mirror``."""

    sx: float
    sy: float
    dx: float = 0.0
    dy: float = 0.0
    mirror: bool = False


def _random_move(
    image: LabelledImage, side: int, log_scale: tuple[float, float], random: np.random.Generator
) -> _Move:
    scale = side / max(image.luminance.shape) * float(np.exp(random.uniform(*log_scale)))
    stretch = float(np.exp(random.uniform(-_STRETCH, _STRETCH)))
    return _Move(scale * stretch, scale / stretch, mirror=bool(random.random() < 0.5))


def _fill_tile(
    image: LabelledImage, wh: tuple[int, int], side: int, random: np.random.Generator
) -> LabelledImage:
    move = _random_move(image, side, (-1.0, 0.3), random)
    height, width = image.luminance.shape
    move.dx = (wh[0] - width * move.sx) * random.uniform(0, 1)
    move.dy = (wh[1] - height * move.sy) * random.uniform(0, 1)
    return _moved(image, move, wh, random)


def _moved(
    image: LabelledImage, move: _Move, wh: tuple[int, int], random: np.random.Generator
) -> LabelledImage:
    width = image.luminance.shape[1]
    sx, dx = (-move.sx, move.dx + width * move.sx) if move.mirror else (move.sx, move.dx)
    xs = np.sort(image.xyxy[:, 0::2] * sx + dx, 1)
    ys = image.xyxy[:, 1::2] * move.sy + move.dy
    whole = np.stack((xs[:, 0], ys[:, 0], xs[:, 1], ys[:, 1]), 1)
    cut = np.clip(whole, 0.0, np.array([*wh, *wh])).astype(np.float32)
    keep = _is_visible(whole, cut)
    pixels = _warp(image.luminance, (sx, move.sy, dx, move.dy), wh, int(random.integers(0, 255)))
    return LabelledImage(pixels, cut[keep], image.labels[keep], image.weights[keep], image.known)


def _warp(
    luminance: NDArray[np.uint8],
    move: tuple[float, float, float, float],
    wh: tuple[int, int],
    fill: int,
) -> NDArray[np.uint8]:
    sx, sy, dx, dy = move
    if abs(sx) < _HALVE_BELOW:
        # Bilinear warping alone would skip pixels.
        luminance = np.asarray(
            cv2.resize(luminance, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8
        )
        sx, sy = 2 * sx, 2 * sy
    matrix = np.array([[sx, 0, dx], [0, sy, dy]])
    warped = cv2.warpAffine(luminance, matrix, wh, flags=cv2.INTER_LINEAR, borderValue=(fill,))
    return np.asarray(warped, np.uint8)


def _is_visible(whole: NDArray[np.float64], cut: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return (N,): whether enough of each box is left after cutting."""
    sides = cut[:, 2:] - cut[:, :2]
    share = sides.prod(1) / np.maximum((whole[:, 2:] - whole[:, :2]).prod(1), 1e-6)
    return np.asarray((sides >= _MIN_SIDE_PX).all(1) & (share >= _MIN_VISIBLE), np.bool_)
