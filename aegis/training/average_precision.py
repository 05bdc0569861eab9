"""Average precision: how many of the things are found, and how many of the finds are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections

_IOU = 0.5


class LabelledBoxes(Protocol):
    """What is in one picture: xyxy (N, 4) in its pixels, labels (N,) as indices."""

    @property
    def xyxy(self) -> NDArray[np.float32]: ...  # noqa: D102 - told above

    @property
    def labels(self) -> NDArray[np.int64]: ...  # noqa: D102


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """What became of the detections of one label over a data set, best score first.

    scores: (N,) descending; right: (N,) whether each found a thing of its own; things: how
    many there were to find.
    """

    scores: NDArray[np.float32]
    right: NDArray[np.bool_]
    things: int

    def precision_recall(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return precision (N,) and recall (N,) if all up to each detection are believed."""
        hits = np.cumsum(self.right, dtype=np.float64)
        return hits / np.arange(1, len(hits) + 1), hits / max(self.things, 1)

    def average_precision(self) -> float:
        """Return the area under the interpolated precision-recall curve, 0 to 1."""
        precision, recall = self.precision_recall()
        envelope = np.maximum.accumulate(precision[::-1])[::-1]
        return float((np.diff(recall, prepend=0.0) * envelope).sum())


def match(
    truths: Sequence[LabelledBoxes], seen: Sequence[Detections], label: str, index: int
) -> Matches:
    """Match detections named ``label`` to boxes of label ``index``, best first, one to one.

    A match needs an overlap (IoU) of at least one half. Every labelled box counts, whatever
    its weight in training.
    """
    scores = [np.zeros(0, np.float32)]
    right = [np.zeros(0, np.bool_)]
    things = 0
    for truth, found in zip(truths, seen, strict=True):
        mine = np.flatnonzero([name == label for name in found.labels])
        mine = mine[np.argsort(-found.scores[mine], kind="stable")]
        boxes = truth.xyxy[truth.labels == index]
        things += len(boxes)
        scores.append(found.scores[mine])
        right.append(_claim(_iou(found.xyxy[mine], boxes)))
    joined = np.concatenate(scores)
    order = np.argsort(-joined, kind="stable")
    return Matches(joined[order], np.concatenate(right)[order], things)


def _iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the overlap (N, M) of boxes a (N, 4) and b (M, 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.clip(high - low, 0.0, None).prod(-1)
    areas = [(boxes[:, 2:] - boxes[:, :2]).prod(-1) for boxes in (a, b)]
    union = areas[0][:, None] + areas[1][None] - shared
    return np.asarray(shared / np.maximum(union, 1e-9), np.float32)


def _claim(iou: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Let each detection, in order, claim the free thing that it overlaps most."""
    right = np.zeros(len(iou), np.bool_)
    free = np.ones(iou.shape[1], np.bool_)
    for row, overlaps in enumerate(iou):
        open_overlaps = np.where(free, overlaps, 0.0)
        if open_overlaps.size and open_overlaps.max() >= _IOU:
            free[open_overlaps.argmax()] = False
            right[row] = True
    return right
