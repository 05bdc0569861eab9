"""Who stands in which zone, without flicker at the border."""

import numpy as np
from numpy.typing import NDArray

from aegis.domain.site import Zone

_EDGE = 1e-6
_INERTIA = 0.02
"""How far beyond the border, in fractions of the picture, somebody inside still is inside."""


class ZoneMap:
    """The zones of one camera; points and distances are fractions of width and height."""

    def __init__(self, zones: tuple[Zone, ...]) -> None:
        self._polygons = {zone.name: np.array(zone.polygon, np.float64) for zone in zones}
        self._low = np.array([it.min(axis=0) for it in self._polygons.values()]).reshape(-1, 2)
        self._high = np.array([it.max(axis=0) for it in self._polygons.values()]).reshape(-1, 2)
        self.restricted = frozenset(zone.name for zone in zones if zone.restricted)

    def locate(self, points: NDArray[np.float64], before: list[frozenset[str]]) -> list[set[str]]:
        """The zones around each of these points (N, 2).

        before: the zones each was in; whoever was in one leaves it only 2 % beyond its border.
        """
        inside: list[set[str]] = [set() for _ in before]
        beyond = points[:, None, :]
        near = np.all((beyond >= self._low - _INERTIA) & (beyond <= self._high + _INERTIA), axis=2)
        for column, (name, polygon) in enumerate(self._polygons.items()):
            indices = np.flatnonzero(near[:, column])
            if not len(indices):
                continue
            depths = depth_inside(polygon, points[indices]).tolist()
            for index, depth in zip(indices.tolist(), depths, strict=True):
                if depth >= (-_INERTIA if name in before[index] else -_EDGE):
                    inside[index].add(name)
        return inside


def ground_points(xyxy: NDArray[np.float32], resolution_wh: tuple[int, int]) -> NDArray[np.float64]:
    """Where things touch the ground: the middle of the lower edges (N, 2), as fractions."""
    x, y = (xyxy[:, 0] + xyxy[:, 2]) / 2, xyxy[:, 3]
    points = np.stack([x, y], axis=1).astype(np.float64) / np.array(resolution_wh, np.float64)
    return np.asarray(np.clip(points, 0.0, 1.0), np.float64)


def depth_inside(polygon: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance (N,) of the points to the polygon's border, negative outside.

    polygon: (M, 2) corners in order; self-crossing ones count by the even-odd rule.
    """
    start, end = polygon, np.roll(polygon, -1, axis=0)
    edge = end - start
    offset = points[:, None, :] - start
    length = np.maximum((edge**2).sum(axis=1), 1e-18)
    along = np.clip((offset * edge).sum(axis=2) / length, 0.0, 1.0)
    nearest = offset - along[..., None] * edge
    distance = np.sqrt((nearest**2).sum(axis=2)).min(axis=1)
    return np.asarray(np.where(_contains(start, end, points), distance, -distance), np.float64)


def _contains(
    start: NDArray[np.float64], end: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.bool_]:
    """Even-odd rule: a ray to the right crosses the border an odd number of times."""
    x, y = points[:, :1], points[:, 1:]
    spans = (start[:, 1] > y) != (end[:, 1] > y)
    height = np.where(end[:, 1] == start[:, 1], 1.0, end[:, 1] - start[:, 1])
    crossing = start[:, 0] + (y - start[:, 1]) / height * (end[:, 0] - start[:, 0])
    return np.asarray((spans & (x < crossing)).sum(axis=1) % 2 == 1)
