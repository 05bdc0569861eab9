"""Who is close to whom, in body heights, because pixels mean nothing without a distance."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject

_REACH = 0.3
_COMPANY = 1.5


ALONE = 99.0
"""Stands for "nobody else is there" as a distance."""


class Nearness(NamedTuple):
    """One entry for each subject.

    reached: whether another one, a person, touches it with a box widened by 0.3 heights.
    companions: other people whose feet are within 1.5 of the greater one's heights.
    nearest: from feet to feet of the nearest other person, in heights of the greater one.
    """

    reached: list[bool]
    companions: list[int]
    nearest: list[float]


def measure_nearness(subjects: Sequence[ObservedSubject]) -> Nearness:
    """Who is close to whom in this frame."""
    boxes = _boxes(subjects)
    if not len(boxes):
        return Nearness([], [], [])
    others = np.empty((len(boxes), len(boxes)), np.bool_)
    others[:] = _people(subjects)[:, None]
    others.flat[:: len(boxes) + 1] = False
    x0, y0, x1, y1 = boxes.T
    heights = np.maximum(y1 - y0, 1.0)
    x = (x0 + x1) / 2
    right, down = x[:, None] - x, y1[:, None] - y1
    away = np.sqrt(right * right + down * down)
    apart = np.where(others, away / np.maximum(heights[:, None], heights), ALONE)
    return Nearness(
        np.any(_touching(boxes, heights) & others, axis=0).tolist(),
        (apart <= _COMPANY).sum(axis=0).tolist(),
        apart.min(axis=0).round(3).tolist(),
    )


def _touching(boxes: NDArray[np.float64], heights: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(N, N): whether the box of the row, widened, touches that of the column."""
    margin = _REACH * heights[:, None]
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    touch = (low - margin[..., None] <= boxes[:, 2:]) & (high + margin[..., None] >= boxes[:, :2])
    return np.asarray(touch[..., 0] & touch[..., 1], np.bool_)


def _boxes(subjects: Sequence[ObservedSubject]) -> NDArray[np.float64]:
    return np.array([subject.bbox for subject in subjects], np.float64).reshape(-1, 4)


def _people(subjects: Sequence[ObservedSubject]) -> NDArray[np.bool_]:
    return np.array([subject.label == "person" for subject in subjects], np.bool_)
