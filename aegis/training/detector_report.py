"""What an evaluation of the detector shows: figures by label, curves as PNG."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aegis.training.average_precision import Matches
from aegis.training.confidence import best_threshold, calibration_error, reliability
from aegis.training.curve_plot import draw_confusion, draw_curves


@dataclass(frozen=True, slots=True)
class LabelReport:
    """How well one label is found.

    ap50: area under the precision-recall curve, 0 to 1. threshold: the score with the best
    F1, and f1, precision and recall there. ece: expected calibration error, 0 to 1. things:
    how many there were to find.
    """

    ap50: float
    threshold: float
    f1: float
    precision: float
    recall: float
    ece: float
    things: int


def report_label(matches: Matches) -> LabelReport:
    """Sum up what became of the detections of one label."""
    threshold, f1 = best_threshold(matches)
    believed = matches.scores >= threshold
    hits = int(matches.right[believed].sum())
    return LabelReport(
        matches.average_precision(),
        threshold,
        f1,
        hits / max(int(believed.sum()), 1),
        hits / max(matches.things, 1),
        calibration_error(matches.scores, matches.right),
        matches.things,
    )


def draw_report(folder: Path, name: str, matched: Mapping[str, Matches]) -> None:
    """Write a data set's precision-recall, reliability and confusion as PNG into a folder."""
    curves = {}
    bars = {}
    for label, matches in matched.items():
        precision, recall = matches.precision_recall()
        curves[f"{label} {matches.average_precision():.2f}"] = (recall, precision)
        if len(matches.scores):
            said, true, _ = reliability(matches.scores, matches.right)
            ece = calibration_error(matches.scores, matches.right)
            bars[f"{label} {ece:.3f}"] = (said, true)
    folder.mkdir(parents=True, exist_ok=True)
    draw_curves(
        folder / f"{name}-precision-recall.png",
        f"{name}: precision and recall (AP50)",
        ("recall", "precision"),
        curves,
        diagonal=False,
    )
    draw_curves(
        folder / f"{name}-reliability.png",
        f"{name}: reliability (ECE)",
        ("mean score", "hit rate"),
        bars,
        diagonal=True,
    )
    if matched:
        draw_confusion(
            folder / f"{name}-confusion.png",
            f"{name}: at each label's best threshold",
            (tuple(matched), ("found", "missed", "false")),
            count_outcomes(matched),
        )


def count_outcomes(matched: Mapping[str, Matches]) -> NDArray[np.int_]:
    """Return (labels, 3): found, missed and false, each label at its threshold of best F1."""
    counts = []
    for matches in matched.values():
        believed = matches.right[matches.scores >= best_threshold(matches)[0]]
        hits = int(believed.sum())
        counts.append((hits, matches.things - hits, len(believed) - hits))
    return np.array(counts, np.int_).reshape(-1, 3)


def pool(several: list[Matches]) -> Matches:
    """Join the matches of one label over several data sets."""
    scores = np.concatenate([matches.scores for matches in several])
    right = np.concatenate([matches.right for matches in several])
    order = np.argsort(-scores, kind="stable")
    return Matches(scores[order], right[order], sum(matches.things for matches in several))
