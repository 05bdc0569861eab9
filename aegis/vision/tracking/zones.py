"""Who stands in which zone, without flicker at the border."""

import numpy as np
from numpy.typing import NDArray

from aegis.domain.site import Zone

Depths = NDArray[np.float64]
Edges = NDArray[np.float64]
"""As `edges_of` gives them."""

_EDGE = 1e-6
_INERTIA = 0.02
"""How far beyond the border, in fractions of the picture, somebody inside still is inside."""


class ZoneMap:
    """The zones of one camera; points and distances are fractions of width and height."""

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        polygons = [np.array(zone.polygon, np.float64) for zone in zones]
        self._names = [zone.name for zone in zones]
        self._low = np.array([it.min(axis=0) - _INERTIA for it in polygons]).reshape(-1, 2)
        self._high = np.array([it.max(axis=0) + _INERTIA for it in polygons]).reshape(-1, 2)
        self._corners = np.array([len(it) for it in polygons], np.int64)
        self._first = np.cumsum(self._corners) - self._corners
        self._edges = np.concatenate([np.empty((7, 0)), *map(edges_of, polygons)], axis=1)
        self.names = frozenset(self._names)
        self.restricted = frozenset(zone.name for zone in zones if zone.restricted)

    def locate(self, points: NDArray[np.float64], before: list[frozenset[str]]) -> list[set[str]]:
        """The zones around each of these points (N, 2).

        before: the zones each was in; whoever was in one leaves it only 2 % beyond its border.
        """
        inside: list[set[str]] = [set() for _ in before]
        beyond = points[:, None, :]
        near = (beyond >= self._low) & (beyond <= self._high)
        indices, columns = np.nonzero(near[..., 0] & near[..., 1])
        if not len(indices):
            return inside
        depths = self._depths(points[indices], columns).tolist()
        for index, column, depth in zip(indices.tolist(), columns.tolist(), depths, strict=True):
            name = self._names[column]
            if depth >= (-_INERTIA if name in before[index] else -_EDGE):
                inside[index].add(name)
        return inside

    def _depths(self, points: NDArray[np.float64], columns: NDArray[np.intp]) -> Depths:
        """How deep (N,) each point is in the zone of that column; all their edges at once."""
        corners = self._corners[columns]
        firsts = np.cumsum(corners) - corners
        pairs = np.repeat(np.arange(len(columns)), corners)
        edges = np.arange(len(pairs)) + (self._first[columns] - firsts)[pairs]
        beside, points = self._edges[:, edges], points[pairs]
        is_inside = np.logical_xor.reduceat(_passed(beside, points), firsts)
        return _signed(np.minimum.reduceat(_squares(beside, points), firsts), is_inside)


def ground_points(xyxy: NDArray[np.float32], resolution_wh: tuple[int, int]) -> NDArray[np.float64]:
    """Where things touch the ground: the middle of the lower edges (N, 2), as fractions."""
    x, y = (xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]
    points = np.empty((len(xyxy), 2))
    points[:, 0], points[:, 1] = x, y
    points /= resolution_wh
    return np.minimum(np.maximum(points, 0.0), 1.0)


def edges_of(polygon: NDArray[np.float64]) -> Edges:
    """The edges (7, M) of a polygon, from its corners (M, 2) in order.

    Of each its start (x, y), its end's y, its way right and down, the square of its length, and
    its way down again, 1 where that is 0: to divide by.
    """
    (x, y), (end_x, end_y) = polygon.T, np.roll(polygon, -1, axis=0).T
    right, down = end_x - x, end_y - y
    square = np.maximum(right * right + down * down, 1e-18)
    return np.stack([x, y, end_y, right, down, square, np.where(down == 0.0, 1.0, down)])


def are_inside(edges: Edges, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each of these points (N, 2) is within a polygon; upon its border, either.

    Polygons that cross themselves count by the even-odd rule.
    """
    passed = _passed(edges, points[:, None, :])
    return np.asarray(np.logical_xor.reduce(passed, axis=1), np.bool_)


def _passed(edges: Edges, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether a ray from the point to the right crosses the edge.

    points: (..., 2), in a shape that fits that of the edges (7, ...).
    """
    start_x, start_y, end_y, right, _, _, fall = edges
    x, y = points[..., 0], points[..., 1]
    crossing = start_x + (y - start_y) / fall * right
    return np.asarray(((start_y > y) != (end_y > y)) & (x < crossing), np.bool_)


def _squares(edges: Edges, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Squared distance of points to edges, shaped as for `_passed`."""
    start_x, start_y, _, right, down, square, _ = edges
    off_x, off_y = points[..., 0] - start_x, points[..., 1] - start_y
    along = np.minimum(np.maximum((off_x * right + off_y * down) / square, 0.0), 1.0)
    away_x, away_y = off_x - along * right, off_y - along * down
    return np.asarray(away_x * away_x + away_y * away_y, np.float64)


def _signed(squares: NDArray[np.float64], is_inside: NDArray[np.bool_]) -> Depths:
    """Even-odd rule: from inside, a ray crosses the border an odd number of times."""
    distance = np.sqrt(squares)
    return np.asarray(np.where(is_inside, distance, -distance), np.float64)
