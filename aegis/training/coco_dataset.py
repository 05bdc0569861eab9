"""Reads a COCO JSON of boxes into memory, and refuses a wrong one before anything is trained."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.errors import InvalidImage
from aegis.training.coco_document import CocoDocument, LabelledFile, read_coco_document
from aegis.training.labelled_images import LabelledImage
from aegis.vision.decoding.image_header import check_image_header
from aegis.vision.detection.compact_net import LABELS

MAX_SIDE = 416
_MAX_PIXELS = 40_000_000


def read_coco(
    path: Path,
    labels: Sequence[str] = LABELS,
    max_side: int = MAX_SIDE,
    images: Path | None = None,
) -> list[LabelledImage]:
    """Read every picture of a COCO JSON; where they lie is told in `read_coco_document`.

    Labels that are no category of the file count as not looked for. Raises
    ConfigurationError that names the file and the line if something is missing, unreadable,
    double, unknown, empty or outside.
    """
    document = read_coco_document(path, labels, images)
    known = np.isin(np.array(labels), document.categories)
    return [
        _labelled(document, index, file, labels, known).shrunk_to(max_side)
        for index, file in enumerate(document.files)
    ]


def _labelled(
    document: CocoDocument,
    index: int,
    file: LabelledFile,
    labels: Sequence[str],
    known: NDArray[np.bool_],
) -> LabelledImage:
    return LabelledImage(
        _read_luminance(document, index, file),
        np.array([corners for corners, _ in file.boxes], np.float32).reshape(-1, 4),
        np.array([labels.index(name) for _, name in file.boxes], np.int64),
        np.ones(len(file.boxes), np.float32),
        known,
    )


def _read_luminance(document: CocoDocument, index: int, file: LabelledFile) -> NDArray[np.uint8]:
    try:
        data = file.path.read_bytes()
        check_image_header(data, _MAX_PIXELS)
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (OSError, InvalidImage, cv2.error) as error:
        raise document.refuse(index, f"cannot be decoded: {error}") from error
    if pixels is None:
        raise document.refuse(index, "cannot be decoded")
    return np.asarray(pixels, np.uint8)
