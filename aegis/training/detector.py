"""Trains the embedded detector: ``python -m aegis.training.detector --help``."""

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import cv2
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from aegis.errors import ConfigurationError
from aegis.training.clip_frames import read_clip_frames
from aegis.training.coco_dataset import read_coco
from aegis.training.detector_export import export
from aegis.training.detector_report import draw_report, report_label
from aegis.training.detector_trainer import DetectorTrainer, EpochReport
from aegis.training.labelled_images import LabelledImage
from aegis.training.training_schedule import TrainingSchedule
from aegis.vision.compact_net import CompactNet

_WEIGHTS = "aegis-small.safetensors"
_SAMPLED = 3
"""Between epochs only every so many-th picture is judged."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train, print a line of JSON an epoch, and leave checkpoint and weights in ``--out``."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(1)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    train, valid = _read(options.data, "train"), _read(options.data, "valid")
    net = CompactNet(width=options.width)
    if options.start_from:
        load_weights(net, options.start_from)
    trainer = DetectorTrainer(
        net,
        list(train.values()),
        TrainingSchedule(options.epochs, options.minutes, options.rate),
        options.out / "checkpoint.pt",
        seed=options.seed,
        side=options.side,
        batch=options.batch,
        workers=options.workers,
        device=options.device,
    )
    if options.resume:
        trainer.resume()

    def after_epoch(report: EpochReport) -> None:
        _say(asdict(report))
        if options.evaluate_every and report.epoch % options.evaluate_every == 0:
            sample = {name: images[::_SAMPLED] for name, images in valid.items()}
            _say(_export_and_measure(trainer.averaged_net, sample, options))

    trainer.run(after_epoch)
    _say(_export_and_measure(trainer.averaged_net, valid, options, draw=True))


def load_weights(net: CompactNet, path: Path) -> None:
    """Start a net from exported weights; raises ConfigurationError if they do not fit it."""
    try:
        kept = load_file(path)
        rest = net.load_state_dict(kept, strict=False)
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ConfigurationError(f"Weights {path} cannot be started from: {error}") from error
    missing = [key for key in rest.missing_keys if not key.endswith("num_batches_tracked")]
    if missing:
        raise ConfigurationError(f"Weights {path} do not fit: {len(missing)} are missing")


def _read(folder: Path, split: str) -> dict[str, list[LabelledImage]]:
    return {
        "detection": read_coco(folder / "detection" / f"{split}.json"),
        "fights": read_clip_frames(folder / "fights" / "boxes.json", split),
    }


def _export_and_measure(
    net: CompactNet,
    valid: dict[str, list[LabelledImage]],
    options: argparse.Namespace,
    *,
    draw: bool = False,
) -> dict[str, object]:
    training = {"seed": options.seed, "epochs": options.epochs, "minutes": options.minutes}
    path = options.out / _WEIGHTS
    matched = export(net, path, options.side, options.width, valid, training)
    if draw:
        for name, by_label in matched.items():
            draw_report(options.out, name, by_label)
    return {
        name: {label: asdict(report_label(matches)) for label, matches in by_label.items()}
        for name, by_label in matched.items()
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="aegis.training.detector", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds detection/ and fights/")
    parser.add_argument("--out", type=Path, required=True, help="for checkpoint and weights")
    parser.add_argument("--resume", action="store_true", help="go on from the checkpoint")
    parser.add_argument("--start-from", type=Path, help="exported weights to begin with")
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--minutes", type=float, default=0, help="clock budget, beats --epochs")
    parser.add_argument("--evaluate-every", type=int, default=4, help="epochs; 0 is never")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--side", type=int, default=320, help="pixels of the training squares")
    parser.add_argument("--width", type=int, default=64, help="channels at stride 8")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=1.5e-3, help="peak learning rate")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that augment")
    parser.add_argument("--device", default="cpu")
    return parser


def _say(line: dict[str, object]) -> None:
    print(json.dumps(line), flush=True)  # noqa: T201 - progress lines are the output


if __name__ == "__main__":
    main()
