"""Figures and pictures of an evaluation."""

from pathlib import Path

import numpy as np
import pytest

from aegis.training.average_precision import Matches
from aegis.training.detector_report import draw_report, pool, report_label


def _matches(scores: list[float], right: list[bool], things: int) -> Matches:
    return Matches(np.array(scores, np.float32), np.array(right, np.bool_), things)


def test_precision_and_recall_are_those_at_the_best_threshold() -> None:
    report = report_label(_matches([0.9, 0.8, 0.3, 0.2], [True, True, False, False], 4))
    assert report.threshold == pytest.approx(0.8)
    assert (report.precision, report.recall, report.things) == (1.0, 0.5, 4)
    assert report.ap50 == pytest.approx(0.5)


def test_a_label_never_seen_has_no_figures_above_zero() -> None:
    report = report_label(_matches([], [], 2))
    assert (report.ap50, report.f1, report.precision, report.recall, report.ece) == (0,) * 5


def test_pooled_matches_are_in_order_of_score() -> None:
    joined = pool([_matches([0.9, 0.1], [True, False], 1), _matches([0.5], [True], 3)])
    assert joined.scores.tolist() == pytest.approx([0.9, 0.5, 0.1])
    assert joined.right.tolist() == [True, True, False]
    assert joined.things == 4


def test_pictures_are_written(tmp_path: Path) -> None:
    draw_report(tmp_path / "out", "stills", {"person": _matches([0.9, 0.4], [True, False], 1)})
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {
        "stills-confusion.png",
        "stills-precision-recall.png",
        "stills-reliability.png",
    }
