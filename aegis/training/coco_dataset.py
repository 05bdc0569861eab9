"""Reads a COCO JSON of boxes, and refuses a wrong one before anything is trained."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.errors import ConfigurationError
from aegis.training.labelled_images import LabelledImage
from aegis.vision.compact_net import LABELS

MAX_SIDE = 416
_SLACK_PX = 2.0


def read_coco(
    path: Path, labels: Sequence[str] = LABELS, max_side: int = MAX_SIDE
) -> list[LabelledImage]:
    """Read every picture of a COCO JSON whose images lie in ``images/`` beside it.

    Labels that are no category of the file count as not looked for. A box may reach 2 pixels
    over the border (rounding); it is cut there. Raises ConfigurationError that names the file
    and the entry if something is missing, unreadable, double, unknown, empty or outside.
    """
    document = _load(path)
    known, boxes = _known(path, document, labels), _boxes_by_image(path, document, labels)
    return [
        _labelled(path, image, boxes[key], known).shrunk_to(max_side)
        for key, image in _by_id(path, document, "images").items()
    ]


def _labelled(
    path: Path,
    image: dict[str, Any],
    boxes: list[tuple[list[float], int]],
    known: NDArray[np.bool_],
) -> LabelledImage:
    return LabelledImage(
        _read_luminance(path, image),
        np.array([xyxy for xyxy, _ in boxes], np.float32).reshape(-1, 4),
        np.array([label for _, label in boxes], np.int64),
        np.ones(len(boxes), np.float32),
        known,
    )


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} is not a COCO document: no object at the top")
    return document


def _by_id(path: Path, document: dict[str, Any], part: str) -> dict[int, dict[str, Any]]:
    rows = document.get(part)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ConfigurationError(f"{path}: '{part}' is missing, or no list of objects")
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        if not isinstance(row.get("id"), int):
            raise ConfigurationError(f"{path}: an entry of '{part}' has no integer id: {row}")
        if row["id"] in found:
            raise ConfigurationError(f"{path}: id {row['id']} occurs twice in '{part}'")
        found[row["id"]] = row
    return found


def _categories(path: Path, document: dict[str, Any], labels: Sequence[str]) -> dict[int, int]:
    rows = _by_id(path, document, "categories")
    for row in rows.values():
        if row.get("name") not in labels:
            raise _wrong(path, row, f"unknown category; there are {', '.join(labels)}")
    return {key: labels.index(row["name"]) for key, row in rows.items()}


def _known(path: Path, document: dict[str, Any], labels: Sequence[str]) -> NDArray[np.bool_]:
    known = np.zeros(len(labels), np.bool_)
    known[list(_categories(path, document, labels).values())] = True
    return known


def _boxes_by_image(
    path: Path, document: dict[str, Any], labels: Sequence[str]
) -> dict[int, list[tuple[list[float], int]]]:
    categories = _categories(path, document, labels)
    images = _by_id(path, document, "images")
    boxes: dict[int, list[tuple[list[float], int]]] = {key: [] for key in images}
    for row in _by_id(path, document, "annotations").values():
        image_id, category_id = row.get("image_id", -1), row.get("category_id", -1)
        if image_id not in images:
            raise _wrong(path, row, f"image {image_id} is not in the file")
        if category_id not in categories:
            raise _wrong(path, row, f"unknown category {category_id}")
        boxes[image_id].append((_corners(path, row, images[image_id]), categories[category_id]))
    return boxes


def _corners(path: Path, row: dict[str, Any], image: dict[str, Any]) -> list[float]:
    try:
        x, y, w, h = (float(value) for value in row["bbox"])
        width, height = float(image["width"]), float(image["height"])
    except (KeyError, TypeError, ValueError) as error:
        raise _wrong(path, row, "no bbox of four numbers, or its image has no size") from error
    if not (w > 0 and h > 0):
        raise _wrong(path, row, f"empty box {row['bbox']}")
    inside = min(x, y) >= -_SLACK_PX and x + w <= width + _SLACK_PX and y + h <= height + _SLACK_PX
    if not inside:
        raise _wrong(path, row, f"box {row['bbox']} is outside its {width:g} x {height:g} image")
    return [max(x, 0.0), max(y, 0.0), min(x + w, width), min(y + h, height)]


def _read_luminance(path: Path, image: dict[str, Any]) -> NDArray[np.uint8]:
    name = str(image.get("file_name"))
    try:
        data = np.fromfile(path.parent / "images" / name, np.uint8)
    except OSError as error:
        raise ConfigurationError(f"{path}: image {name} is missing") from error
    pixels = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE) if data.size else None
    if pixels is None:
        raise ConfigurationError(f"{path}: image {name} cannot be decoded")
    return np.asarray(pixels, np.uint8)


def _wrong(path: Path, row: dict[str, Any], what: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: entry with id {row['id']}: {what}")
