"""The detector that ships with Aegis: small, offline, on the CPU or a card."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load
from torchvision.ops import batched_nms

from aegis.domain.detection import Detections
from aegis.domain.value import Value
from aegis.errors import ConfigurationError
from aegis.vision.compact_net import LABELS, CompactNet
from aegis.vision.compute_device import choose_device
from aegis.vision.letterbox import Letterboxed, letterbox

_SHIPPED = Path(str(files("aegis.vision"))) / "weights" / "aegis-small.safetensors"
_FLOOR = 0.05
_OVERLAP = 0.5
_MOST = 100


class ModelFacts(Value):
    """What lies beside a weights file as JSON.

    calibration: for a label the slope and offset that turn the net's logit into one whose
    sigmoid is the share of such boxes that are right (Platt 1999); absent is 1 and 0.
    """

    sha256: str
    long_side: int
    width: int
    score_threshold: float
    calibration: dict[str, tuple[float, float]] = {}
    training: dict[str, object] = {}


class EmbeddedDetector:
    """Person, vehicle and weapon on luminance; batches pictures of one shape.

    Weak on people smaller than about 15 pixels after scaling, and on weapons held close to
    the body; `docs/models.md` has the figures.
    """

    name = "aegis-small"

    def __init__(self, weights: Path | None = None, device: str = "auto") -> None:
        path = weights or _SHIPPED
        facts = _read_facts(path)
        self._device = choose_device(device)
        self._half = self._device.type == "cuda"
        self._long_side = facts.long_side
        self.score_threshold = facts.score_threshold
        platt = [facts.calibration.get(label, (1.0, 0.0)) for label in LABELS]
        self._slope, self._offset = torch.tensor(platt, device=self._device).T
        net = _load_net(path, facts)
        net = net.to(self._device).to(memory_format=torch.channels_last)
        self._net = net.half() if self._half else net

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
        inputs = pixels.to(self._device).to(torch.float16 if self._half else torch.float32) / 255
        logits, boxes = self._net(inputs.contiguous(memory_format=torch.channels_last))
        return logits.float() * self._slope + self._offset, boxes.float()


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


def _read_facts(path: Path) -> ModelFacts:
    beside = path.with_suffix(".json")
    try:
        return ModelFacts.model_validate_json(beside.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{beside} is missing: weights of the embedded detector come with a JSON of that name"
        ) from error
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{beside} cannot be read as a model's facts: {error}") from error


def _load_net(path: Path, facts: ModelFacts) -> CompactNet:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"Weights {path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise ConfigurationError(
            f"Weights {path} are not the ones their JSON describes (SHA-256 differs): "
            "copy both files again"
        )
    net = CompactNet(len(LABELS), facts.width)
    try:
        net.load_state_dict({key: value.float() for key, value in load(data).items()}, strict=False)
        missing = set(dict(net.named_parameters())) - set(load(data))
    except (SafetensorError, RuntimeError) as error:
        raise ConfigurationError(f"Weights {path} do not fit the model: {error}") from error
    if missing:
        raise ConfigurationError(f"Weights {path} do not fit the model: {len(missing)} are missing")
    net.eval()
    net.fold()
    return net


def save_weights(net: CompactNet, path: Path, facts: ModelFacts) -> ModelFacts:
    """Write weights as half-precision safetensors and their JSON; returns the facts as written."""
    from safetensors.torch import save  # noqa: PLC0415 - training only

    tensors = {
        key: (value.half() if value.is_floating_point() else value).contiguous()
        for key, value in net.state_dict().items()
        if not key.endswith("num_batches_tracked")
    }
    data = save(tensors)
    written = facts.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    path.write_bytes(data)
    path.with_suffix(".json").write_text(json.dumps(written.model_dump(), indent=2) + "\n")
    return written
