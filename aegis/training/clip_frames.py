"""Reads labelled frames of clips: machine-made boxes beside the videos, split by clip."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from aegis.errors import ConfigurationError
from aegis.training.coco_dataset import MAX_SIDE
from aegis.training.labelled_clips import LabelledClip, read_labelled_clips
from aegis.training.labelled_images import LabelledImage
from aegis.vision.detection.compact_net import LABELS

_WORTHLESS_SCORE = 0.15
_TRUSTED_SCORE = 0.6
_LEAST_TRUST = 0.2
_NOT_IN_NORMAL = "weapon"


def read_clip_frames(
    path: Path, split: str, labels: Sequence[str] = LABELS, max_side: int = MAX_SIDE
) -> list[LabelledImage]:
    """Read the frames of a boxes JSON whose clips `labels.csv` beside it puts in ``split``.

    A box's weight rises with the score the machine gave it. In a clip that people labelled
    normal nobody shows a weapon. Raises ConfigurationError that names the file and the clip or
    line if something is missing, unreadable or unknown.
    """
    document = _load(path)
    chosen = {it.path: it for it in read_labelled_clips(path.parent / "labels.csv", split)}
    categories = _categories(path, document, labels)
    by_clip: dict[LabelledClip, dict[int, list[dict[str, Any]]]] = {}
    for frame in document["frames"]:
        clip = chosen.get(path.parent / frame["clip"])
        if clip is not None:
            by_clip.setdefault(clip, {})[frame["frame"]] = frame["boxes"]
    looked_for = [labels[index] for index in categories.values()]
    in_fights = np.isin(np.array(labels), looked_for)
    in_normal = np.isin(np.array(labels), [*looked_for, _NOT_IN_NORMAL])
    return [
        _labelled(
            path, pictures[index], rows, categories, in_fights if clip.is_fight else in_normal
        ).shrunk_to(max_side)
        for clip, frames in sorted(by_clip.items(), key=lambda found: found[0].path)
        for pictures in (_decode(clip.path, set(frames)),)
        for index, rows in frames.items()
    ]


def is_boxes_of_clips(path: Path) -> bool:
    """Whether a JSON file is of this kind and no COCO document; raises ConfigurationError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error
    return isinstance(document, dict) and "frames" in document


def _load(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or not {"frames", "categories"} <= document.keys():
        raise ConfigurationError(f"{path}: 'frames' or 'categories' is missing")
    return document


def _categories(path: Path, document: dict[str, Any], labels: Sequence[str]) -> dict[int, int]:
    unknown = {row["name"] for row in document["categories"]} - set(labels)
    if unknown:
        raise ConfigurationError(f"{path}: unknown categories {', '.join(sorted(unknown))}")
    return {row["id"]: labels.index(row["name"]) for row in document["categories"]}


def _decode(clip: Path, wanted: set[int]) -> dict[int, NDArray[np.uint8]]:
    pictures: dict[int, NDArray[np.uint8]] = {}
    try:
        with av.open(str(clip)) as container:
            for index, frame in enumerate(container.decode(video=0)):
                if index in wanted:
                    pictures[index] = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
    except (OSError, av.FFmpegError) as error:
        raise ConfigurationError(f"{clip} cannot be decoded: {error}") from error
    if wanted - pictures.keys():
        raise ConfigurationError(f"{clip} has no frames {sorted(wanted - pictures.keys())}")
    return pictures


def _labelled(
    path: Path,
    luminance: NDArray[np.uint8],
    rows: list[dict[str, Any]],
    categories: dict[int, int],
    known: NDArray[np.bool_],
) -> LabelledImage:
    unknown = [row["category_id"] for row in rows if row["category_id"] not in categories]
    if unknown:
        raise ConfigurationError(f"{path}: unknown category {unknown[0]}")
    xywh = np.array([row["bbox"] for row in rows], np.float32).reshape(-1, 4)
    scores = np.array([row.get("score", 1.0) for row in rows], np.float32)
    trust = (scores - _WORTHLESS_SCORE) / (_TRUSTED_SCORE - _WORTHLESS_SCORE)
    return LabelledImage(
        luminance,
        np.concatenate((xywh[:, :2], xywh[:, :2] + xywh[:, 2:]), 1),
        np.array([categories[row["category_id"]] for row in rows], np.int64),
        np.clip(trust, _LEAST_TRUST, 1.0).astype(np.float32),
        known,
    )
