"""Measures a detector on labelled pictures, as they will be seen in service."""

from collections.abc import Sequence

import numpy as np

from aegis.domain.detection import Detections
from aegis.training.average_precision import Matches, match
from aegis.training.labelled_images import LabelledImage
from aegis.vision.detection.compact_net import LABELS
from aegis.vision.detection.detector import Detector

_BATCH = 8


def detect_all(detector: Detector, images: Sequence[LabelledImage]) -> list[Detections]:
    """Return what the detector sees in each picture, given as grey RGB."""
    found: list[Detections] = []
    for start in range(0, len(images), _BATCH):
        batch = images[start : start + _BATCH]
        found += detector.detect([np.dstack([image.luminance] * 3) for image in batch])
    return found


def match_labels(
    images: Sequence[LabelledImage], found: Sequence[Detections], labels: Sequence[str] = LABELS
) -> dict[str, Matches]:
    """Match detections to boxes for every label that was looked for in all of the pictures."""
    if not images:
        return {}
    known = np.logical_and.reduce([image.known for image in images])
    return {labels[i]: match(images, found, labels[i], i) for i in np.flatnonzero(known).tolist()}


def ap50(
    detector: Detector, images: Sequence[LabelledImage], labels: Sequence[str] = LABELS
) -> dict[str, float]:
    """Return the average precision at an overlap of one half, by label."""
    matched = match_labels(images, detect_all(detector, images), labels)
    return {label: matches.average_precision() for label, matches in matched.items()}
