"""The training loop of the detector: epochs, steps, checkpoints."""

import pickle
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from aegis.errors import ConfigurationError
from aegis.training.assignment import Grid
from aegis.training.detection_loss import detection_loss
from aegis.training.labelled_images import LabelledImage
from aegis.training.training_batches import Batch, EpochPlan, epoch_batches
from aegis.training.training_schedule import TrainingSchedule
from aegis.training.weight_average import WeightAverage
from aegis.vision.detection.compact_net import CompactNet

_BOX_GAIN = 2.0
_DECAY = 0.03
_GRADIENT_LIMIT = 5.0


@dataclass(frozen=True, slots=True)
class EpochReport:
    """How one epoch went; ``elapsed_s`` counts from the start of the whole training."""

    epoch: int
    steps: int
    label_loss: float
    box_loss: float
    elapsed_s: float


class DetectorTrainer:
    """Trains a net in place; every epoch ends with a checkpoint to go on from.

    sets: pictures of each data set. side: of the training squares, a multiple of 32.
    checkpoint: the file kept. An interruption loses at most the epoch that was running.
    """

    def __init__(
        self,
        net: CompactNet,
        sets: Sequence[Sequence[LabelledImage]],
        schedule: TrainingSchedule,
        checkpoint: Path,
        *,
        seed: int = 1,
        side: int = 320,
        batch: int = 16,
        workers: int = 1,
        device: str = "cpu",
    ) -> None:
        self._device = torch.device(device)
        self._net = net.to(self._device).to(memory_format=torch.channels_last)
        self._sets, self._schedule, self._checkpoint = sets, schedule, checkpoint
        self._seed, self._side, self._batch, self._workers = seed, side, batch, workers
        self._average = WeightAverage(self._net)
        self._optimizer = torch.optim.AdamW(_parameter_groups(net), lr=schedule.rate)
        self._grid = Grid.of_square(side, self._device)
        self._epoch = 0
        self._started = time.monotonic()

    @property
    def averaged_net(self) -> CompactNet:
        """The net to use: the average of the weights so far."""
        return self._average.net

    def resume(self) -> None:
        """Go on from the checkpoint; raises ConfigurationError if there is none that fits."""
        try:
            kept = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
            self._net.load_state_dict(kept["net"])
            self._average.net.load_state_dict(kept["average"])
            self._optimizer.load_state_dict(kept["optimizer"])
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"{self._checkpoint} does not exist: train without --resume"
            ) from error
        except pickle.UnpicklingError as error:
            raise ConfigurationError(
                f"{self._checkpoint} is no checkpoint of ours: it holds more than numbers"
            ) from error
        except (OSError, RuntimeError, KeyError, ValueError) as error:
            raise ConfigurationError(f"{self._checkpoint} does not fit: {error}") from error
        self._average.steps, self._epoch = kept["steps"], kept["epoch"]
        self._started = time.monotonic() - kept["elapsed_s"]

    def run(self, tell: Callable[[EpochReport], None]) -> None:
        """Train to the end of the schedule and tell of every epoch once its checkpoint is kept."""
        while self._progress(0.0) < 1.0:
            losses = self._run_epoch()
            self._epoch += 1
            elapsed_s = self._age_s()
            self._keep(elapsed_s)
            label_loss, box_loss = losses.tolist()
            tell(EpochReport(self._epoch, self._average.steps, label_loss, box_loss, elapsed_s))

    def _run_epoch(self) -> Tensor:
        mosaics = self._schedule.mosaics_at(self._progress(0.0))
        plan = EpochPlan(self._seed, self._epoch, self._side, self._batch, mosaics)
        total = max(sum(len(images) for images in self._sets) // self._batch, 1)
        losses, steps = torch.zeros(2), 0
        self._net.train()
        for batch in epoch_batches(self._sets, plan, self._workers):
            progress = self._progress(steps / total)
            if progress >= 1.0:
                break
            losses += self._step(batch.to(self._device), progress)
            steps += 1
        return losses / max(steps, 1)

    def _step(self, batch: Batch, progress: float) -> Tensor:
        rate = self._schedule.rate_at(progress, self._average.steps)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        pixels = (batch.luminance.float() / 255).contiguous(memory_format=torch.channels_last)
        with torch.autocast(self._device.type, torch.bfloat16, enabled=_bf16_pays(self._device)):
            logits, predicted = self._net(pixels)
        parts = detection_loss(logits.float(), predicted.float(), batch, self._grid)
        self._optimizer.zero_grad()
        torch.autograd.backward([parts[0] + _BOX_GAIN * parts[1]])
        nn.utils.clip_grad_norm_(self._net.parameters(), _GRADIENT_LIMIT)
        self._optimizer.step()
        self._average.follow(self._net)
        return torch.stack(parts).detach().cpu()

    def _progress(self, within_epoch: float) -> float:
        return self._schedule.progress(self._epoch + within_epoch, self._age_s())

    def _age_s(self) -> float:
        return time.monotonic() - self._started

    def _keep(self, elapsed_s: float) -> None:
        fresh = self._checkpoint.with_suffix(".new")
        state = {
            "net": self._net.state_dict(),
            "average": self._average.net.state_dict(),
            "optimizer": self._optimizer.state_dict(),
            "steps": self._average.steps,
            "epoch": self._epoch,
            "elapsed_s": elapsed_s,
        }
        torch.save(state, fresh)
        fresh.replace(self._checkpoint)


def _parameter_groups(net: nn.Module) -> list[dict[str, Any]]:
    kernels = [parameter for parameter in net.parameters() if parameter.ndim > 1]
    others = [parameter for parameter in net.parameters() if parameter.ndim <= 1]
    return [{"params": kernels, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}]


def _bf16_pays(device: torch.device) -> bool:
    """Say whether the device multiplies bfloat16 in hardware; elsewhere it is slower."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    return device.type == "cpu" and bool(torch.cpu._is_avx512_bf16_supported())  # noqa: SLF001
