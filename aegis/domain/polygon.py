"""Polygons in a picture: which ones enclose something."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

Fraction = Annotated[float, Field(ge=0, le=1)]
Point = tuple[Fraction, Fraction]
"""x and y from the upper left corner, fractions of width and height."""

_LEAST_AREA = 1e-6
"""A thousandth of the picture's width by a thousandth of its height."""


def check_polygon(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    """The corners; raises ValueError when edges cross or nothing lies between them.

    corners: at least three, without the first one again at the end.
    """
    points = np.asarray(corners, np.float64)
    crossing = _find_crossing(points)
    if crossing is not None:
        first, second = crossing
        raise ValueError(
            f"the edge from corner {first + 1} crosses the edge from corner {second + 1}; "
            "name the corners in the order of the outline"
        )
    x, y = points.T
    area = abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
    if area < _LEAST_AREA:
        raise ValueError("the corners lie on one line; they enclose nothing")
    return corners


def _find_crossing(points: NDArray[np.float64]) -> tuple[int, int] | None:
    """The first two edges, by their first corners, that cross inside both; all pairs at once."""
    start, end = points, np.roll(points, -1, axis=0)
    side_of_start = _side(start[:, None], end[:, None], start[None])
    side_of_end = _side(start[:, None], end[:, None], end[None])
    splits = side_of_start * side_of_end < 0
    rows, columns = np.nonzero(splits & splits.T)
    return (int(rows[0]), int(columns[0])) if len(rows) else None


def _side(
    start: NDArray[np.float64], end: NDArray[np.float64], point: NDArray[np.float64]
) -> NDArray[np.float64]:
    """-1, 0 or 1: on which side of the line from start to end the point lies; (..., 2) each."""
    along, away = end - start, point - start
    side = along[..., 0] * away[..., 1] - along[..., 1] * away[..., 0]
    return np.where(np.abs(side) < 1e-12, 0.0, np.sign(side))
