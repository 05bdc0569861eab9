"""A detector's whole training: from data sets on disk to weights and a report."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import cv2
import numpy as np
import torch

from aegis.errors import ConfigurationError
from aegis.training.clip_frames import is_boxes_of_clips, read_clip_frames
from aegis.training.coco_dataset import read_coco
from aegis.training.detector_export import MatchesBySet, export
from aegis.training.detector_report import draw_report
from aegis.training.detector_trainer import DetectorTrainer, EpochReport
from aegis.training.epoch_log import EpochLog
from aegis.training.labelled_images import LabelledImage
from aegis.training.training_schedule import TrainingSchedule
from aegis.vision.detection.compact_net import CompactNet
from aegis.vision.detection.embedded_detector import read_net

WEIGHTS = "aegis-small.safetensors"
_HELD_OUT = 0.1


@dataclass(frozen=True, slots=True)
class DetectorPlan:
    """What to learn from, how, and where to put what comes of it.

    train, valid: COCO JSON files, or boxes of clips with a `labels.csv` beside them, of which
    the split of that name is taken; without any ``valid`` every tenth training picture is
    held out for calibration and figures. start_from: exported weights; None begins with random
    ones. width: channels at stride 8, when it begins so. side: of the training squares,
    long_side: of pictures in service, pixels.
    """

    train: tuple[Path, ...]
    out: Path
    valid: tuple[Path, ...] = ()
    start_from: Path | None = None
    resume: bool = False
    schedule: TrainingSchedule = field(default_factory=TrainingSchedule)
    seed: int = 1
    side: int = 320
    long_side: int = 352
    width: int = 64
    batch: int = 16
    workers: int = 1
    device: str = "cpu"


def train_detector(plan: DetectorPlan, tell: Callable[[EpochReport], None]) -> MatchesBySet:
    """Train, and write checkpoint, epochs.jsonl, weights and plots to ``plan.out``.

    Every file of every data set is read and checked before anything is written. Returns what
    the weights find in the validation pictures. Raises ConfigurationError.
    """
    torch.manual_seed(plan.seed)
    # OpenCV's threads do not survive the fork of the processes that augment: they would wait.
    cv2.setNumThreads(1)
    sets, valid = _read(plan)
    if plan.start_from is None:
        net, width = CompactNet(width=plan.width), plan.width
    else:
        net, width = read_net(plan.start_from)
    _make_folder(plan)
    log = EpochLog(plan.out / "epochs.jsonl", go_on=plan.resume)
    trainer = DetectorTrainer(
        net,
        sets,
        plan.schedule,
        plan.out / "checkpoint.pt",
        seed=plan.seed,
        side=plan.side,
        batch=plan.batch,
        workers=plan.workers,
        device=plan.device,
    )
    if plan.resume:
        trainer.resume()

    def after_epoch(report: EpochReport) -> None:
        log.add(asdict(report))
        tell(report)

    trainer.run(after_epoch)
    story: dict[str, object] = {"seed": plan.seed, **asdict(plan.schedule)}
    matched = export(trainer.averaged_net, plan.out / WEIGHTS, plan.long_side, width, valid, story)
    for name, by_label in matched.items():
        draw_report(plan.out, name, by_label)
    log.draw(plan.out / "loss.png", ("label_loss", "box_loss"))
    return matched


def _make_folder(plan: DetectorPlan) -> None:
    checkpoint = plan.out / "checkpoint.pt"
    if checkpoint.exists() and not plan.resume:
        raise ConfigurationError(
            f"{checkpoint} is there: go on from it with --resume, or give another --out"
        )
    try:
        plan.out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"{plan.out} cannot be made: {error.strerror}") from error


def _read(
    plan: DetectorPlan,
) -> tuple[list[list[LabelledImage]], Mapping[str, list[LabelledImage]]]:
    sets = [_read_one(path, "train") for path in plan.train]
    if not sum(map(len, sets)):
        raise ConfigurationError("There is no picture to learn from")
    if plan.valid:
        return sets, {_name(path): _read_one(path, "valid") for path in plan.valid}
    valid: dict[str, list[LabelledImage]] = {}
    for index, path in enumerate(plan.train):
        sets[index], valid[_name(path)] = _hold_out(sets[index], plan.seed)
    return sets, valid


def _read_one(path: Path, split: str) -> list[LabelledImage]:
    return read_clip_frames(path, split) if is_boxes_of_clips(path) else read_coco(path)


def _hold_out(
    images: Sequence[LabelledImage], seed: int
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    order = np.random.default_rng(seed).permutation(len(images)).tolist()
    out = set(order[: round(_HELD_OUT * len(images))])
    learn = [image for index, image in enumerate(images) if index not in out]
    return learn, [images[index] for index in sorted(out)]


def _name(path: Path) -> str:
    return f"{path.resolve().parent.name}-{path.stem}"


def summarize(matched: MatchesBySet) -> str:
    """One line of JSON: AP50 by data set and label."""
    return json.dumps(
        {
            name: {label: round(it.average_precision(), 4) for label, it in by_label.items()}
            for name, by_label in matched.items()
        }
    )
