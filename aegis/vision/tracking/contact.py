"""Who touches what the site protects."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aegis.domain.site import Zone
from aegis.vision.tracking.zones import Edges, are_inside, edges_of

_ACROSS = np.linspace(0.0, 1.0, 5)
_DOWN = np.linspace(0.15, 1.0, 7)
_GRID = np.stack(np.meshgrid(_ACROSS, _DOWN), axis=-1).reshape(1, -1, 2)


class ProtectedZones:
    """The protected zones of one camera.

    A box touches one where any of 35 points spread over it lies inside, or a corner of the
    zone lies inside the box. Weak where somebody only passes between camera and zone.
    """

    def __init__(self, zones: Sequence[Zone]) -> None:
        polygons = {
            zone.name: np.array(zone.polygon, np.float64)
            for zone in zones
            if zone.kind == "protected"
        }
        self._areas = [
            _Area(name, polygon, edges_of(polygon), polygon.min(axis=0), polygon.max(axis=0))
            for name, polygon in polygons.items()
        ]

    def __len__(self) -> int:
        return len(self._areas)

    def touched(
        self, xyxy: NDArray[np.float32], resolution_wh: tuple[int, int]
    ) -> list[frozenset[str]]:
        """The protected zones that each of these boxes (N, 4) touches."""
        if not self._areas or not len(xyxy):
            return [frozenset()] * len(xyxy)
        boxes = xyxy.astype(np.float64) / np.array([*resolution_wh, *resolution_wh], np.float64)
        touched: list[set[str]] = [set() for _ in boxes]
        for area in self._areas:
            near = _overlaps(area, boxes)
            if len(near):
                for index in near[_touches(area, boxes[near])].tolist():
                    touched[index].add(area.name)
        return [frozenset(names) for names in touched]


class _Area(NamedTuple):
    """A polygon's corners and edges, and the corners of the box around it."""

    name: str
    polygon: NDArray[np.float64]
    edges: Edges
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def _overlaps(area: _Area, boxes: NDArray[np.float64]) -> NDArray[np.intp]:
    """Indices of the boxes that overlap the polygon's own box."""
    near = (boxes[:, :2] <= area.high) & (boxes[:, 2:] >= area.low)
    return np.flatnonzero(near[:, 0] & near[:, 1])


def _spread(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    low, size = boxes[:, None, :2], (boxes[:, 2:] - boxes[:, :2])[:, None, :]
    return np.asarray(low + size * _GRID, np.float64)


def _touches(area: _Area, boxes: NDArray[np.float64]) -> NDArray[np.bool_]:
    points = _spread(boxes).reshape(-1, 2)
    inside = are_inside(area.edges, points).reshape(len(boxes), -1)
    corners = area.polygon[None]
    in_box = ((corners >= boxes[:, None, :2]) & (corners <= boxes[:, None, 2:])).all(axis=2)
    return np.asarray(np.any(inside, axis=1) | np.any(in_box, axis=1), np.bool_)
