"""Whether a thing came into the picture or went out of it, told from before and after."""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.vision.background.small_picture import Tones

_AROUND = np.ones((3, 3), np.uint8)
_BESIDE = 2

Mask = NDArray[np.bool_]
Luma = NDArray[np.float32]


def came(blob: Mask, now: Tones, before: Tones) -> bool:
    """Say whether the thing where two pictures differ is in ``now``, not in ``before``.

    It is in the picture in which that place stands out: has an outline, a colour or a
    brightness other than what is around, and is not what goes on there from one side to the
    other. Brightness is the weakest, because a bright thing may hide a dark edge, and counts
    half.
    """
    solid = blob.astype(np.uint8)
    wider = cv2.dilate(solid, _AROUND).astype(np.bool_)
    outline = wider & ~cv2.erode(solid, _AROUND).astype(np.bool_)
    ring = cv2.dilate(solid, _AROUND, iterations=2).astype(np.bool_) & ~wider
    outlined = (_edges(now.luma)[outline].sum() + 1) / (_edges(before.luma)[outline].sum() + 1)
    apart, coloured = (
        (_contrast(it, blob, ring) + 1) / (_contrast(was, blob, ring) + 1)
        for it, was in zip(now, before, strict=True)
    )
    strange = (_strangeness(now.luma, blob) + 1) / (_strangeness(before.luma, blob) + 1)
    return bool(outlined * strange * coloured * math.sqrt(apart) >= 1)


def _edges(luma: Luma) -> Luma:
    right = cv2.Sobel(luma, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(luma, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(right, down), np.float32)


def _contrast(luma: Luma, blob: Mask, ring: Mask) -> float:
    if not ring.any():
        return 0.0
    return abs(float(np.median(luma[blob])) - float(np.median(luma[ring])))


def _strangeness(luma: Luma, blob: Mask) -> float:
    """How far the place is from what lies on both sides of it, along or across, whichever fits.

    A wall's foot, a kerb or a shadow's edge goes on behind a thing and is not strange.
    """
    rows, columns = (np.flatnonzero(blob.any(axis=axis)) for axis in (1, 0))
    y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    inside, solid = luma[y0:y1, x0:x1], blob[y0:y1, x0:x1]
    along = _between(luma[y0:y1], x0, x1)
    across = _between(luma[:, x0:x1].T, y0, y1).T
    return min(float(np.abs(inside - it)[solid].mean()) for it in (along, across))


def _between(lines: Luma, start: int, stop: int) -> Luma:
    """(N, stop - start): what lines (N, L) were there if they went straight from side to side."""
    left = lines[:, max(0, start - 1 - _BESIDE) : max(0, start - 1)]
    right = lines[:, stop + 1 : stop + 1 + _BESIDE]
    sides = [it for it in (left, right) if it.size]
    if not sides:
        return lines[:, start:stop]
    first, last = sides[0].mean(axis=1), sides[-1].mean(axis=1)
    part = (np.arange(stop - start, dtype=np.float32) + 1) / (stop - start + 1)
    return np.asarray(first[:, None] * (1 - part) + last[:, None] * part, np.float32)
