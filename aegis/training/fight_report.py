"""What an evaluation of the fight classifier shows, as PNG."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aegis.training.average_precision import Matches
from aegis.training.confidence import calibration_error, reliability
from aegis.training.curve_plot import draw_confusion, draw_curves
from aegis.training.fight_figures import area_under_curve
from aegis.training.labelled_clips import FIGHT, NORMAL


def draw_fight_report(
    folder: Path, name: str, scores: NDArray[np.float32], fights: NDArray[np.bool_]
) -> None:
    """Write precision-recall, reliability and confusion (at one half) of clips into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    order = np.argsort(-scores, kind="stable")
    matches = Matches(scores[order], fights[order], int(fights.sum()))
    precision, recall = matches.precision_recall()
    area = area_under_curve(scores, fights)
    shown = "AUC unknown" if area is None else f"AUC {area:.2f}"
    draw_curves(
        folder / f"{name}-precision-recall.png",
        f"{name}: precision and recall of fights",
        ("recall", "precision"),
        {shown: (recall, precision)},
        diagonal=False,
    )
    draw_reliability(folder, name, scores, fights)
    _draw_confusion(folder, name, scores, fights)


def draw_reliability(
    folder: Path, name: str, scores: NDArray[np.float32], fights: NDArray[np.bool_]
) -> None:
    """Write (over) a data set's reliability diagram."""
    said, true, _ = reliability(scores, fights)
    draw_curves(
        folder / f"{name}-reliability.png",
        f"{name}: reliability of the fight score (ECE)",
        ("mean score", "share of fights"),
        {f"{calibration_error(scores, fights):.3f}": (said, true)},
        diagonal=True,
    )


def _draw_confusion(
    folder: Path, name: str, scores: NDArray[np.float32], fights: NDArray[np.bool_]
) -> None:
    called = scores >= 0.5
    counts = [[int((called[fights == kind] == said).sum()) for said in (True, False)]
              for kind in (True, False)]  # fmt: skip
    draw_confusion(
        folder / f"{name}-confusion.png",
        f"{name}: fights at 0.5",
        ((FIGHT, NORMAL), (f"said {FIGHT}", f"said {NORMAL}")),
        np.array(counts, np.int_),
    )
