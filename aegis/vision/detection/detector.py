"""Finds people, vehicles and weapons in pictures."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.errors import ConfigurationError
from aegis.vision.detection.fast_paths import FastPaths

Pixels = NDArray[np.uint8]
EMBEDDED_MODEL = "aegis-small"


class Detector(Protocol):
    """Sees; knows nothing of cameras or time."""

    name: str
    score_threshold: float
    """Below it a detection is more likely wrong than right."""

    def detect(self, images: Sequence[Pixels]) -> list[Detections]:
        """Boxes in pixels of each (H, W, 3) uint8 RGB image, best score first."""


def load_detector(
    name: str,
    weights: Path | None,
    device: str,
    sha256: str | None = None,
    paths: FastPaths | None = None,
) -> Detector:
    """The embedded detector, or a torchvision detection model by its registered name.

    weights: a local file in place of the shipped or published ones; sha256: what that file's
    must be. device: auto, cpu, cuda or cuda:N. paths: None tries what is usual. Raises
    ConfigurationError that names the remedy, before the first frame.
    """
    if sha256 is not None:
        _check_digest(weights, sha256)
    if name == EMBEDDED_MODEL:
        from aegis.vision.detection.embedded_detector import EmbeddedDetector  # noqa: PLC0415 - on demand

        return EmbeddedDetector(weights, device, paths or FastPaths())
    from aegis.vision.detection.torchvision_detector import TorchvisionDetector  # noqa: PLC0415

    return TorchvisionDetector(name, weights, device, paths or FastPaths())


def _check_digest(weights: Path | None, sha256: str) -> None:
    if weights is None:
        raise ConfigurationError(
            "AEGIS_VISION_WEIGHTS_SHA256 is set, but AEGIS_VISION_WEIGHTS names no file"
        )
    try:
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigurationError(f"Weights {weights} cannot be read: {error.strerror}") from error
    if digest != sha256.strip().lower():
        raise ConfigurationError(
            f"Weights {weights} have the SHA-256 {digest}, not the one that "
            "AEGIS_VISION_WEIGHTS_SHA256 asks for: fetch the file again, or correct the setting"
        )
