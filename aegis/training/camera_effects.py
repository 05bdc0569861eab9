"""What light, lenses, sensors and codecs do to a picture; the geometry stays."""

import cv2
import numpy as np
from numpy.typing import NDArray

Luminance = NDArray[np.uint8]


def camera_effects(picture: Luminance, random: np.random.Generator) -> Luminance:
    """Return (H, W) luminance as another camera at another hour might have given it."""
    picture = _tone(picture, random)
    if random.random() < 0.25:
        picture = _blurred(picture, random)
    elif random.random() < 0.2:
        picture = np.asarray(cv2.medianBlur(picture, 3), np.uint8)
    if random.random() < 0.3:
        picture = _noisy(picture, random)
    if random.random() < 0.3:
        picture = _compressed(picture, random)
    if random.random() < 0.05:
        picture = np.asarray(255 - picture, np.uint8)
    return picture


def _tone(picture: Luminance, random: np.random.Generator) -> Luminance:
    ramp = np.arange(256, dtype=np.float32) / 255
    gamma, contrast = np.exp(random.uniform(-0.5, 0.5)), random.uniform(0.6, 1.4)
    curve = (ramp**gamma - 0.5) * contrast + 0.5 + random.uniform(-0.2, 0.2)
    return np.asarray(cv2.LUT(picture, np.clip(curve * 255, 0, 255).astype(np.uint8)), np.uint8)


def _blurred(picture: Luminance, random: np.random.Generator) -> Luminance:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), random.uniform(0.4, 1.6)), np.uint8)


def _noisy(picture: Luminance, random: np.random.Generator) -> Luminance:
    noise = random.standard_normal(picture.shape, np.float32) * random.uniform(2, 14)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def _compressed(picture: Luminance, random: np.random.Generator) -> Luminance:
    quality = int(random.integers(25, 80))
    _, packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
