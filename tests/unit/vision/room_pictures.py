"""Pictures of a room with texture and sensor noise, without a renderer."""

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
SIZE = (320, 180)


class Room:
    """A fixed room; every picture of it trembles anew."""

    def __init__(self, seed: int = 1, noise: float = 4.0, take: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        self._noise = self._random.normal(0, noise, (2 * SIZE[1], 2 * SIZE[0])).astype(np.float32)
        patches = self._random.integers(50, 200, (12, 20), np.uint8)
        wall = cv2.resize(patches, SIZE, interpolation=cv2.INTER_NEAREST).astype(np.float32)
        self.wall = np.asarray(cv2.GaussianBlur(wall, (0, 0), 0.8), np.float32)

        self._random = np.random.default_rng(take)

    def shot(self, wall: NDArray[np.float32] | None = None) -> Pixels:
        """This wall, or the room's own, as the sensor sees it now."""
        seen = self.wall if wall is None else wall
        x, y = self._random.integers(0, SIZE)
        noise = self._noise[y : y + SIZE[1], x : x + SIZE[0]]
        grey = np.clip(seen + noise, 0, 255)
        return np.repeat(grey.astype(np.uint8)[..., None], 3, axis=2)


def with_box(
    wall: NDArray[np.float32], box: tuple[float, float, float, float], shade: float
) -> NDArray[np.float32]:
    """The wall with a plain thing before it."""
    x0, y0, x1, y1 = (round(it) for it in box)
    drawn = wall.copy()
    drawn[max(0, y0) : max(0, y1), max(0, x0) : max(0, x1)] = shade
    return drawn
