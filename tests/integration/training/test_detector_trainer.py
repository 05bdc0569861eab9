"""A training learns, stops where planned, and goes on after an interruption."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from aegis.errors import ConfigurationError
from aegis.training.detector_trainer import DetectorTrainer, EpochReport
from aegis.training.labelled_images import LabelledImage
from aegis.training.training_schedule import TrainingSchedule
from aegis.vision.detection.compact_net import CompactNet


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """Tiny nets gain nothing from threads, which only wait for each other on a busy machine."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def _images() -> list[LabelledImage]:
    random = np.random.default_rng(2)
    images = []
    for _ in range(4):
        pixels = random.integers(0, 60, (64, 64), np.uint8)
        pixels[16:48, 20:44] = 230
        images.append(
            LabelledImage(
                pixels,
                np.array([[20, 16, 44, 48]], np.float32),
                np.zeros(1, np.int64),
                np.ones(1, np.float32),
                np.ones(3, np.bool_),
            )
        )
    return images


def _trainer(folder: Path, epochs: int) -> tuple[CompactNet, DetectorTrainer]:
    torch.manual_seed(0)
    net = CompactNet(width=8)
    schedule = TrainingSchedule(epochs=epochs)
    trainer = DetectorTrainer(
        net, [_images()], schedule, folder / "checkpoint.pt", side=32, batch=2, workers=0
    )
    return net, trainer


def test_training_goes_on_where_it_was_interrupted(tmp_path: Path) -> None:
    told: list[EpochReport] = []
    _, first = _trainer(tmp_path, 2)
    first.run(told.append)
    net, second = _trainer(tmp_path, 3)
    fresh = net.label_head.weight.detach().clone()
    second.resume()
    assert not torch.equal(net.label_head.weight, fresh)
    second.run(told.append)
    assert [report.epoch for report in told] == [1, 2, 3]
    assert [report.steps for report in told] == [2, 4, 6]
    assert told[2].elapsed_s > told[1].elapsed_s
    assert not second.averaged_net.training


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    nets = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        net, trainer = _trainer(tmp_path / name, 2)
        trainer.run(lambda _: None)
        nets.append(net.state_dict())
    assert all(torch.equal(nets[0][key], nets[1][key]) for key in nets[0])


def test_resuming_without_a_checkpoint_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="without --resume"):
        _trainer(tmp_path, 1)[1].resume()


def test_a_checkpoint_with_code_inside_is_refused(tmp_path: Path) -> None:
    torch.save({"net": print}, tmp_path / "checkpoint.pt")
    with pytest.raises(ConfigurationError, match="more than numbers"):
        _trainer(tmp_path, 1)[1].resume()


@pytest.mark.parametrize(
    ("schedule", "epochs_done", "elapsed_s", "expected"),
    [
        (TrainingSchedule(epochs=10), 0.0, 99.0, 0.0),
        (TrainingSchedule(epochs=10), 2.5, 0.0, 0.25),
        (TrainingSchedule(epochs=10), 11.0, 0.0, 1.0),
        (TrainingSchedule(epochs=10, minutes=2), 9.0, 30.0, 0.25),
    ],
)
def test_progress(
    schedule: TrainingSchedule, epochs_done: float, elapsed_s: float, expected: float
) -> None:
    assert schedule.progress(epochs_done, elapsed_s) == expected


def test_the_rate_rises_then_falls_and_mosaics_end() -> None:
    schedule = TrainingSchedule(rate=1.0)
    assert schedule.rate_at(0.0, 0) < 0.01
    assert schedule.rate_at(0.0, 1000) == 1.0
    assert schedule.rate_at(1.0, 1000) == pytest.approx(0.02)
    assert schedule.mosaics_at(0.5) > schedule.mosaics_at(0.9) == 0
