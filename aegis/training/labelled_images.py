"""A labelled picture, decoded once and held in memory."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class LabelledImage:
    """One picture with the boxes of the things in it.

    luminance: (H, W) uint8.
    xyxy: (N, 4) float32, pixels of the picture.
    labels: (N,) int64, indices into the net's labels.
    weights: (N,) float32, how far each box is trusted, 0 to 1.
    known: (labels,) bool, which labels were looked for at all; the others say nothing.
    """

    luminance: NDArray[np.uint8]
    xyxy: NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32]
    known: NDArray[np.bool_]

    def shrunk_to(self, max_side: int) -> "LabelledImage":
        """Return this picture scaled down so that no side is longer than ``max_side``."""
        scale = max_side / max(self.luminance.shape)
        if scale >= 1:
            return self
        small = cv2.resize(self.luminance, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        xyxy = (self.xyxy * scale).astype(np.float32)
        return LabelledImage(
            np.asarray(small, np.uint8), xyxy, self.labels, self.weights, self.known
        )
