"""Who is close to whom, in body heights, because pixels mean nothing without a distance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject

_REACH = 0.3
_COMPANY = 1.5


def find_reached(subjects: Sequence[ObservedSubject]) -> list[bool]:
    """For each: whether another one, a person, touches it with a box widened by 0.3 heights."""
    boxes, people = _boxes(subjects), _people(subjects)
    margin = _REACH * (boxes[:, 3] - boxes[:, 1])[:, None]
    low, high = boxes[:, :2] - margin, boxes[:, 2:] + margin
    touches = (low[:, None] <= boxes[None, :, 2:]) & (high[:, None] >= boxes[None, :, :2])
    by_person = touches.all(axis=2) & people[:, None] & ~np.eye(len(subjects), dtype=np.bool_)
    return [bool(column.any()) for column in by_person.T]


def count_companions(subjects: Sequence[ObservedSubject]) -> list[int]:
    """For each: other people whose feet are within 1.5 of the greater one's heights."""
    boxes, people = _boxes(subjects), _people(subjects)
    feet = np.stack([(boxes[:, 0] + boxes[:, 2]) / 2, boxes[:, 3]], axis=1)
    heights = np.maximum(boxes[:, 3] - boxes[:, 1], 1.0)
    apart = np.linalg.norm(feet[:, None] - feet[None], axis=2)
    near = apart <= _COMPANY * np.maximum(heights[:, None], heights[None])
    company = near & people[:, None] & ~np.eye(len(subjects), dtype=np.bool_)
    return [int(column.sum()) for column in company.T]


def _boxes(subjects: Sequence[ObservedSubject]) -> NDArray[np.float64]:
    return np.array([subject.bbox for subject in subjects], np.float64).reshape(-1, 4)


def _people(subjects: Sequence[ObservedSubject]) -> NDArray[np.bool_]:
    return np.array([subject.label == "person" for subject in subjects], np.bool_)
