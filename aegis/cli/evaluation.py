"""Runs an evaluation with progress, and shows its figures as a table or JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from aegis.cli.terminal import open_messages, open_output
from aegis.training.coco_document import read_coco_document
from aegis.training.confidence import calibration_error
from aegis.training.detector_figures import VOCABULARY, DetectorFigures, measure_detector
from aegis.training.detector_report import draw_report
from aegis.training.fight_figures import UNDECIDED, FightFigures, measure_fights
from aegis.training.fight_report import draw_fight_report, draw_reliability
from aegis.training.labelled_clips import read_labelled_clips
from aegis.vision.detection.detector import Detector
from aegis.vision.fights.fight_classifier import FightClassifier


def show_detector_figures(
    data: Path, images: Path | None, detector: Detector, report: Path | None, *, as_json: bool
) -> None:
    """Measure a detector on a COCO JSON and print what came of it; raises ConfigurationError."""
    document = read_coco_document(data, VOCABULARY, images)
    with progress_bar("Looking at pictures", len(document.files)) as tell:
        figures = measure_detector(document, detector, tell)
    if report is not None:
        draw_report(report, data.stem, figures.matched)
    _print_detector_table(figures, detector)
    if as_json:
        print_json_line(
            {
                "ap50": {label: round(value, 4) for label, value in figures.ap50.items()},
                "ece": round(figures.ece, 4),
                "frames_per_s": round(figures.frames_per_s, 2),
            }
        )


def show_fight_figures(
    labels: Path,
    detector: Detector,
    classifier: FightClassifier,
    report: Path | None,
    *,
    split: str | None,
    as_json: bool,
) -> None:
    """Score the clips of a CSV and print what came of it; raises ConfigurationError."""
    clips = read_labelled_clips(labels, split)
    with progress_bar("Looking at clips", len(clips)) as tell:
        figures = measure_fights(clips, detector, classifier, tell)
    if report is not None:
        draw_fight_report(report, labels.stem, figures.scores, figures.fights)
        draw_reliability(report, labels.stem, figures.moments, figures.in_fights)
    _print_fight_table(figures)
    if as_json:
        print_json_line(
            {
                "accuracy": round(figures.accuracy, 4),
                "auc": None if figures.auc is None else round(figures.auc, 4),
                "ece": round(figures.ece, 4),
                "clip_ece": round(figures.clip_ece, 4),
                "frames_per_s": round(figures.frames_per_s, 2),
            }
        )


def _print_fight_table(figures: FightFigures) -> None:
    table = Table(
        "clips", "accuracy", "AUC", "ECE", "ECE of clips", "missed", "false", "too short", box=None
    )
    called = figures.scores >= UNDECIDED
    table.add_row(
        str(len(figures.clips)),
        f"{figures.accuracy:.3f}",
        "-" if figures.auc is None else f"{figures.auc:.3f}",
        f"{figures.ece:.3f}",
        f"{figures.clip_ece:.3f}",
        f"{(figures.fights & ~called).sum()} of {figures.fights.sum()}",
        f"{(~figures.fights & called).sum()} of {(~figures.fights).sum()}",
        str(figures.unseen),
    )
    output = open_output()
    output.print(table)
    output.print(f"{figures.frames_per_s:.1f} frames a second, detector included", soft_wrap=True)


def _print_detector_table(figures: DetectorFigures, detector: Detector) -> None:
    least = detector.score_threshold
    table = Table(
        "label", "AP50", f"precision at {least:.2f}", "recall", "ECE", "labelled", box=None
    )
    for label, matches in figures.matched.items():
        believed = matches.right[matches.scores >= least]
        table.add_row(
            label,
            f"{matches.average_precision():.3f}",
            f"{believed.sum() / max(len(believed), 1):.3f}",
            f"{believed.sum() / max(matches.things, 1):.3f}",
            f"{calibration_error(matches.scores, matches.right):.3f}",
            str(matches.things),
        )
    output = open_output()
    output.print(table)
    output.print(
        f"{figures.pictures} pictures by {detector.name}: calibration error "
        f"{figures.ece:.3f}, {figures.frames_per_s:.1f} frames a second",
        soft_wrap=True,
    )


@contextmanager
def progress_bar(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while something is done; call it with how much is."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=open_messages()) as progress:
        task = progress.add_task(what, total=total)
        yield lambda done: progress.update(task, completed=done)


def print_json_line(figures: Mapping[str, object]) -> None:
    """One line on standard output, not wrapped or coloured."""
    print(json.dumps(figures))  # noqa: T201 - for programs that read it
