"""Finds people, vehicles and weapons in pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections

Pixels = NDArray[np.uint8]
EMBEDDED_MODEL = "aegis-small"


class Detector(Protocol):
    """Sees; knows nothing of cameras or time."""

    name: str
    score_threshold: float
    """Below it a detection is more likely wrong than right."""

    def detect(self, images: Sequence[Pixels]) -> list[Detections]:
        """Boxes in pixels of each (H, W, 3) uint8 RGB image, best score first."""


def load_detector(name: str, weights: Path | None, device: str) -> Detector:
    """The embedded detector, or a torchvision detection model by its registered name.

    weights: a local file in place of the shipped or published ones. device: auto, cpu, cuda
    or cuda:N. Raises ConfigurationError that names the remedy, before the first frame.
    """
    if name == EMBEDDED_MODEL:
        from aegis.vision.embedded_detector import EmbeddedDetector  # noqa: PLC0415 - on demand

        return EmbeddedDetector(weights, device)
    from aegis.vision.torchvision_detector import TorchvisionDetector  # noqa: PLC0415

    return TorchvisionDetector(name, weights, device)
