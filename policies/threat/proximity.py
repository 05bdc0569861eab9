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
    others = np.repeat(_people(subjects)[:, None], len(boxes), axis=1)
    np.fill_diagonal(others, val=False)
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]
    right, down = x[:, None] - x, y[:, None] - y
    away = np.sqrt(right * right + down * down)
    apart = away / np.maximum(heights[:, None], heights[None])
    nearest = np.where(others, apart, ALONE).min(axis=0)
    return Nearness(
        np.any(_touching(boxes, heights) & others, axis=0).tolist(),
        ((apart <= _COMPANY) & others).sum(axis=0).tolist(),
        np.round(nearest, 3).tolist(),
    )


def _touching(boxes: NDArray[np.float64], heights: NDArray[np.float64]) -> NDArray[np.bool_]:
    margin = _REACH * heights[:, None]
    low, high = boxes[:, :2] - margin, boxes[:, 2:] + margin
    across, along = (
        (low[:, None, axis] <= boxes[None, :, 2 + axis])
        & (high[:, None, axis] >= boxes[None, :, axis])
        for axis in (0, 1)
    )
    return np.asarray(across & along, np.bool_)


def _boxes(subjects: Sequence[ObservedSubject]) -> NDArray[np.float64]:
    return np.array([subject.bbox for subject in subjects], np.float64).reshape(-1, 4)


def _people(subjects: Sequence[ObservedSubject]) -> NDArray[np.bool_]:
    return np.array([subject.label == "person" for subject in subjects], np.bool_)
