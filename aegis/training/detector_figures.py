"""How good and how fast a detector is on a COCO data set, read and seen as in service."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.errors import InvalidImage
from aegis.training.average_precision import Matches, match
from aegis.training.coco_document import CocoDocument, LabelledFile
from aegis.training.confidence import calibration_error
from aegis.training.detector_report import pool
from aegis.vision.decoding.image_codec import Pixels, decode_image
from aegis.vision.detection.detector import Detector

VOCABULARY = ("person", "vehicle", "weapon", "bicycle", "bag", "animal")
"""Every word that a detector of Aegis may say of a thing, and a data set may use."""
_BATCH = 8


@dataclass(frozen=True, slots=True, eq=False)
class DetectorFigures:
    """matched: what became of the detections, by label; frames_per_s: reading included."""

    matched: dict[str, Matches]
    pictures: int
    frames_per_s: float

    @property
    def ap50(self) -> dict[str, float]:
        """Average precision at an overlap of one half, by label, 0 to 1."""
        return {label: it.average_precision() for label, it in self.matched.items()}

    @property
    def ece(self) -> float:
        """Expected calibration error of all detections together, 0 to 1."""
        everything = pool(list(self.matched.values()))
        return calibration_error(everything.scores, everything.right)


@dataclass(frozen=True, slots=True, eq=False)
class _Truth:
    xyxy: NDArray[np.float32]
    labels: NDArray[np.int64]


def measure_detector(
    document: CocoDocument, detector: Detector, tell: Callable[[int], None]
) -> DetectorFigures:
    """Let a detector see every picture of a data set; ``tell`` hears how many are done.

    Only labels that are categories of the data set are judged. Raises ConfigurationError that
    names the line of a picture that cannot be decoded.
    """
    found: list[Detections] = []
    detector.detect([np.zeros((64, 64, 3), np.uint8)])
    start = time.perf_counter()
    for first in range(0, len(document.files), _BATCH):
        chosen = range(first, min(first + _BATCH, len(document.files)))
        found += detector.detect([_decode(document, index) for index in chosen])
        tell(len(found))
    elapsed_s = time.perf_counter() - start
    truths = [_as_truth(file, document.categories) for file in document.files]
    matched = {
        label: match(truths, found, label, index) for index, label in enumerate(document.categories)
    }
    return DetectorFigures(matched, len(found), len(found) / max(elapsed_s, 1e-9))


def _decode(document: CocoDocument, index: int) -> Pixels:
    try:
        return decode_image(document.files[index].path.read_bytes())
    except (OSError, InvalidImage) as error:
        raise document.refuse(index, f"cannot be decoded: {error}") from error


def _as_truth(file: LabelledFile, categories: tuple[str, ...]) -> _Truth:
    return _Truth(
        np.array([corners for corners, _ in file.boxes], np.float32).reshape(-1, 4),
        np.array([categories.index(name) for _, name in file.boxes], np.int64),
    )
