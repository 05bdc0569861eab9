"""The detector that ships with Aegis: small, offline, on the CPU or a card."""

from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torchvision.ops import batched_nms

from aegis.domain.detection import Detections
from aegis.errors import ConfigurationError
from aegis.vision.compact_net import LABELS, CompactNet
from aegis.vision.compute_device import choose_device, fast_type
from aegis.vision.letterbox import Letterboxed, letterbox
from aegis.vision.model_file import ModelFile, read_model, write_model

SHIPPED_WEIGHTS = Path(str(files("aegis.vision"))) / "weights" / "aegis-small.safetensors"
_FLOOR = 0.05
_OVERLAP = 0.5
_MOST = 100


class ModelFacts(ModelFile):
    """What lies beside a weights file as JSON.

    calibration: for a label the slope and offset that turn the net's logit into one whose
    sigmoid is the share of such boxes that are right (Platt 1999); absent is 1 and 0.
    """

    long_side: int
    width: int
    score_threshold: float
    calibration: dict[str, tuple[float, float]] = {}


class EmbeddedDetector:
    """Person, vehicle and weapon on luminance; batches pictures of one shape.

    Weak on people smaller than about 15 pixels after scaling, and on weapons held close to
    the body; `docs/models.md` has the figures.
    """

    name = "aegis-small"

    def __init__(self, weights: Path | None = None, device: str = "auto") -> None:
        path = weights or SHIPPED_WEIGHTS
        facts, tensors = read_model(path, ModelFacts)
        self._device = choose_device(device)
        self._type = fast_type(self._device)
        self._long_side = facts.long_side
        self.score_threshold = facts.score_threshold
        platt = [facts.calibration.get(label, (1.0, 0.0)) for label in LABELS]
        self._slope, self._offset = torch.tensor(platt, device=self._device).T
        net = _fill(path, facts.width, tensors).eval()
        net.fold()
        self._net = net.to(self._device, self._type).to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Boxes with a score of at least 0.05, in pixels of each image, best first."""
        found = [Detections.empty()] * len(images)
        by_shape: dict[tuple[int, ...], list[int]] = defaultdict(list)
        boxed = [letterbox(image, self._long_side) for image in images]
        for index, one in enumerate(boxed):
            by_shape[one.luminance.shape].append(index)
        for indices in by_shape.values():
            logits, boxes = self._forward([boxed[index] for index in indices])
            for index, scores, xyxy in zip(indices, logits.sigmoid(), boxes, strict=True):
                found[index] = _select(scores, xyxy / boxed[index].scale, images[index].shape)
        return found

    def _forward(self, boxed: list[Letterboxed]) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = torch.from_numpy(np.stack([one.luminance for one in boxed])[:, None])
        inputs = self._transfer(pixels).to(self._type) / 255
        logits, boxes = self._net(inputs.contiguous(memory_format=torch.channels_last))
        return logits.float() * self._slope + self._offset, boxes.float()

    def _transfer(self, pixels: torch.Tensor) -> torch.Tensor:
        """To the device; to a card from pinned memory, which need not be waited for."""
        if self._device.type != "cuda":
            return pixels
        return pixels.pin_memory().to(self._device, non_blocking=True)


def _select(scores: torch.Tensor, xyxy: torch.Tensor, shape: tuple[int, ...]) -> Detections:
    cells, labels = torch.nonzero(scores > _FLOOR, as_tuple=True)
    picked, boxes = scores[cells, labels], xyxy[cells]
    keep = batched_nms(boxes, picked, labels, _OVERLAP)[:_MOST]
    height, width = shape[:2]
    limits = torch.tensor([width, height, width, height], device=boxes.device)
    inside = boxes[keep].clamp(min=0).minimum(limits)
    return Detections(
        inside.cpu().numpy().astype(np.float32),
        picked[keep].cpu().numpy().astype(np.float32),
        tuple(LABELS[label] for label in labels[keep].tolist()),
    )


def _fill(path: Path, width: int, tensors: dict[str, torch.Tensor]) -> CompactNet:
    net = CompactNet(len(LABELS), width)
    try:
        net.load_state_dict(tensors, strict=False)
    except RuntimeError as error:
        raise ConfigurationError(f"Weights {path} do not fit the model: {error}") from error
    missing = set(dict(net.named_parameters())) - set(tensors)
    if missing:
        raise ConfigurationError(f"Weights {path} do not fit the model: {len(missing)} are missing")
    return net


def read_net(path: Path) -> tuple[CompactNet, int]:
    """The net of exported weights to train on from, and its width; raises ConfigurationError."""
    facts, tensors = read_model(path, ModelFacts)
    return _fill(path, facts.width, tensors), facts.width


def save_weights(net: CompactNet, path: Path, facts: ModelFacts) -> ModelFacts:
    """Write weights as half-precision safetensors and their JSON; returns the facts as written."""
    tensors = {
        key: value
        for key, value in net.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    return write_model(path, tensors, facts)
