"""What a detector saw in one image."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """Boxes found in one image, best score first.

    xyxy: (N, 4) float32, corners in pixels of the image given, x to the right, y down.
    scores: (N,) float32, 0 to 1.
    labels: N names of Aegis's vocabulary (person, vehicle, weapon, ...).
    """

    xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: tuple[str, ...]

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.xyxy.shape != (count, 4) or self.scores.shape != (count,):
            raise ValueError(
                f"{count} labels, but boxes {self.xyxy.shape} and scores {self.scores.shape}"
            )

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def empty(cls) -> Self:
        """Nothing seen."""
        return cls(np.empty((0, 4), np.float32), np.empty(0, np.float32), ())

    def above(self, score: float) -> Self:
        """Those with at least this score."""
        keep = np.flatnonzero(self.scores >= score)
        return type(self)(self.xyxy[keep], self.scores[keep], tuple(self.labels[i] for i in keep))
