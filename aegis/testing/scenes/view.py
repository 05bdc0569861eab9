"""Where a camera hangs, and where things in the world appear in its picture."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from math import cos, radians, sin, tan

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float, float]
"""x to the right, y away from the camera, z up; metres, the ground at z = 0."""
Spot = tuple[float, float]
"""A point on the ground, metres."""
_NEAREST_M = 0.4


@dataclass(frozen=True)
class View:
    """A pinhole camera `height_m` above the ground's origin.

    tilt_deg: below the horizon; pan_deg: to the right of the y axis; roll_deg: clockwise;
    field_deg: across the width; resolution_wh: pixels.
    """

    resolution_wh: tuple[int, int]
    height_m: float = 3.2
    tilt_deg: float = 22.0
    pan_deg: float = 0.0
    field_deg: float = 72.0
    roll_deg: float = 0.0

    @property
    def focal_px(self) -> float:
        """Distance of the picture plane, pixels."""
        return self.resolution_wh[0] / 2 / tan(radians(self.field_deg / 2))

    @cached_property
    def axes(self) -> NDArray[np.float64]:
        """(3, 3): right, down and forward of the camera, as rows."""
        tilt, pan, roll = (radians(it) for it in (self.tilt_deg, self.pan_deg, self.roll_deg))
        right = np.array([cos(pan), -sin(pan), 0.0])
        forward = np.array([sin(pan) * cos(tilt), cos(pan) * cos(tilt), -sin(tilt)])
        down = np.cross(forward, right)
        return np.stack(
            [right * cos(roll) + down * sin(roll), down * cos(roll) - right * sin(roll), forward]
        )

    def project(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(N, 3) metres to (N, 3): x and y in pixels, and pixels a metre at that distance.

        What is beside or behind the lens is drawn as if it were right before it.
        """
        seen = (points - (0.0, 0.0, self.height_m)) @ self.axes.T
        scale = self.focal_px / np.maximum(seen[:, 2], _NEAREST_M)
        width, height = self.resolution_wh
        return np.stack(
            [width / 2 + seen[:, 0] * scale, height / 2 + seen[:, 1] * scale, scale], axis=1
        )

    def rays(self) -> NDArray[np.float64]:
        """(H, W, 3): the direction in the world in which each pixel looks."""
        width, height = self.resolution_wh
        x, y = np.meshgrid(np.arange(width) - width / 2, np.arange(height) - height / 2)
        return np.stack([x, y, np.full_like(x, self.focal_px)], axis=2) @ self.axes

    def outline(self, spots: Iterable[Spot]) -> tuple[tuple[float, float], ...]:
        """A polygon on the ground, as corners within the picture, fractions."""
        return self.frame((x, y, 0.0) for x, y in spots)

    def frame(self, points: Iterable[Point]) -> tuple[tuple[float, float], ...]:
        """A polygon in the world, as corners within the picture, fractions."""
        found = self.project(np.array(list(points)))[:, :2] / self.resolution_wh
        return tuple((_between_0_and_1(x), _between_0_and_1(y)) for x, y in found.tolist())


def _between_0_and_1(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
