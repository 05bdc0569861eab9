"""Runs a training with progress, and shows what came of it."""

import json
import shutil
from pathlib import Path

from aegis.cli.evaluation import progress_bar
from aegis.cli.terminal import open_messages, open_output
from aegis.training.curve_plot import draw_lines
from aegis.training.detector_plan import WEIGHTS, DetectorPlan, summarize, train_detector
from aegis.training.detector_trainer import EpochReport
from aegis.training.fight_report import draw_fight_report
from aegis.training.fight_trainer import MoreClips, train_fights
from aegis.training.labelled_clips import read_labelled_clips
from aegis.training.rendered_clips import list_plays, render_clips
from aegis.vision.detection.embedded_detector import SHIPPED_WEIGHTS, EmbeddedDetector, ModelFacts
from aegis.vision.detection.model_file import read_model
from aegis.vision.fights.fight_classifier import build_encoder


def run_detector_training(plan: DetectorPlan) -> None:
    """Train with a bar and a line an epoch on standard error; raises ConfigurationError."""
    messages = open_messages()
    with progress_bar("Epochs", plan.schedule.epochs) as tell:

        def after_epoch(report: EpochReport) -> None:
            tell(report.epoch)
            messages.print(
                f"epoch {report.epoch}: label loss {report.label_loss:.3f}, box loss "
                f"{report.box_loss:.3f}, {report.elapsed_s:.0f} s"
            )

        matched = train_detector(plan, after_epoch)
    open_output().print(f"{plan.out / WEIGHTS}, with plots beside it. AP50:", soft_wrap=True)
    open_output().print_json(summarize(matched))


def run_fight_training(
    labels: Path,
    split: str | None,
    detector_weights: Path | None,
    out: Path,
    *,
    also: tuple[Path, float, float] | None,
    seed: int,
    resume: bool,
) -> None:
    """Train with a bar on standard error; raises ConfigurationError before anything is written.

    also: a CSV of more clips to learn from, and what a normal one and a fight count.
    """
    clips = read_labelled_clips(labels, split)
    more = MoreClips() if also is None else MoreClips(read_labelled_clips(also[0]), *also[1:])
    detector = EmbeddedDetector(detector_weights, "cpu")
    path = detector_weights or SHIPPED_WEIGHTS
    facts, tensors = read_model(path, ModelFacts)
    encoder = build_encoder(path, facts.width, tensors)
    if not resume:
        shutil.rmtree(out / "steps", ignore_errors=True)
    with progress_bar("Looking at clips", len(clips) + len(more.clips)) as tell:
        heads = train_fights(clips, more, detector, encoder, facts.width, out, tell, seed)
    for name, head in zip(("fast", "slow"), heads, strict=True):
        draw_fight_report(out, f"{name}-across-sources", head.scores, head.fights)
        losses = {"loss": head.model.loss_curve}
        draw_lines(out / f"{name}-loss.png", "log loss", "epoch", losses)
    rows = [head.summarize() for head in heads]
    open_output().print(
        f"{out / 'aegis-fight.safetensors'}, with plots beside it. Across sources, frames that "
        "come fast and slowly:",
        soft_wrap=True,
    )
    open_output().print_json(json.dumps(rows))


def run_rendering(out: Path, variants: int) -> None:
    """Film plays with a bar on standard error; raises ConfigurationError."""
    with progress_bar("Filming plays", len(list_plays(variants))) as tell:
        labels = render_clips(out, variants, tell)
    open_output().print(f"{labels}, with the clips beside it", soft_wrap=True)
