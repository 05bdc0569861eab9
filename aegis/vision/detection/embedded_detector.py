"""The detector that ships with Aegis: small, offline, on the CPU or a card."""

from collections import defaultdict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.errors import ConfigurationError
from aegis.vision.detection.compact_net import LABELS, CompactNet
from aegis.vision.detection.compute_device import choose_device
from aegis.vision.detection.fast_paths import FastPaths
from aegis.vision.detection.forward_path import Answer
from aegis.vision.detection.letterbox import letterbox
from aegis.vision.detection.model_file import ModelFile, read_model, write_model
from aegis.vision.detection.path_choice import choose_forward

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

    def __init__(
        self,
        weights: Path | None = None,
        device: str = "auto",
        paths: FastPaths = FastPaths(),  # noqa: B008 - frozen
    ) -> None:
        path = weights or SHIPPED_WEIGHTS
        facts, tensors = read_model(path, ModelFacts)
        self._long_side = facts.long_side
        self.score_threshold = facts.score_threshold
        slope, offset = torch.tensor([facts.calibration.get(it, (1.0, 0.0)) for it in LABELS]).T
        net = _fill(path, facts.width, tensors).eval()
        net.fold()
        self._forward = choose_forward(
            net, choose_device(device), (slope, offset), paths, facts.long_side
        )

    @property
    def runs_as(self) -> str:
        """The number format of the net, and whether it is recorded."""
        return self._forward.name

    @torch.inference_mode()
    def run_net(self, pixels: torch.Tensor) -> Answer:
        """The net alone, of (B, 1, H, W) uint8 luminance whose sides are multiples of 32."""
        return self._forward(pixels)

    @torch.inference_mode()
    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Boxes with a score of at least 0.05, in pixels of each image, best first."""
        found = [Detections.empty()] * len(images)
        by_shape: dict[tuple[int, ...], list[int]] = defaultdict(list)
        boxed = [letterbox(image, self._long_side) for image in images]
        for index, one in enumerate(boxed):
            by_shape[one.luminance.shape].append(index)
        for indices in by_shape.values():
            pixels = np.stack([boxed[index].luminance for index in indices])[:, None]
            logits, boxes = self._forward(torch.from_numpy(pixels))
            selected = select_boxes(logits.sigmoid(), boxes)
            for index, (xyxy, scores, labels) in zip(indices, selected, strict=True):
                inside = _inside(xyxy / np.float32(boxed[index].scale), images[index].shape)
                found[index] = Detections(inside, scores, labels)
        return found


Selected = tuple[NDArray[np.float32], NDArray[np.float32], tuple[str, ...]]


def select_boxes(scores: torch.Tensor, xyxy: torch.Tensor) -> list[Selected]:
    """Boxes (N, 4) in pixels of the input, scores and labels of each picture of a batch.

    All of a batch at once: every question to a card's memory waits for the card. Of boxes of
    one label that overlap the best is kept, by OpenCV: to import torchvision takes a second
    and 160 MB.
    """
    pictures, cells, labels = torch.nonzero(scores > _FLOOR, as_tuple=True)
    picked, boxes = scores[pictures, cells, labels], xyxy[pictures, cells]
    facts = torch.stack((picked, pictures, labels), 1)
    rows = torch.cat((boxes, facts), 1).cpu().numpy().astype(np.float32)
    rows = rows[_best_of_each(rows)]
    selected = []
    for picture in range(len(scores)):
        mine = rows[rows[:, 5] == picture][:_MOST]
        words = tuple(LABELS[label] for label in mine[:, 6].astype(int).tolist())
        selected.append((mine[:, :4], mine[:, 4], words))
    return selected


def _best_of_each(rows: NDArray[np.float32]) -> NDArray[np.intp]:
    """Which rows (x0, y0, x1, y1, score, picture, label) no better one stands for; best first."""
    boxes = np.concatenate((rows[:, :2], rows[:, 2:4] - rows[:, :2]), axis=1).tolist()
    groups = (rows[:, 5] * len(LABELS) + rows[:, 6]).astype(int).tolist()
    kept = cv2.dnn.NMSBoxesBatched(boxes, rows[:, 4].tolist(), groups, 0.0, _OVERLAP)
    return np.asarray(kept, np.intp).ravel()


def _inside(xyxy: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    height, width = shape[:2]
    return xyxy.clip(0, np.array([width, height, width, height], np.float32))


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
