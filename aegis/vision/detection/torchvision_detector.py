"""Any torchvision detection model, by its registered name."""

import pickle
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast
from urllib.error import URLError

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file
from torchvision.models import detection as detection_models
from torchvision.models import get_model, get_model_weights, list_models

from aegis.domain.detection import Detections
from aegis.errors import ConfigurationError
from aegis.vision.detection.compute_device import choose_device
from aegis.vision.detection.fast_paths import FastPaths

_FLOOR = 0.05
# What torch, pickle and safetensors were seen to raise on files that are no weights of a model.
_MISFITS = (
    RuntimeError,
    SafetensorError,
    pickle.UnpicklingError,
    KeyError,
    TypeError,
    AttributeError,
    ValueError,
    EOFError,
)
_MINE = {
    "bicycle": "bicycle", "car": "vehicle", "motorcycle": "vehicle", "bus": "vehicle",
    "train": "vehicle", "truck": "vehicle", "boat": "vehicle", "knife": "weapon",
    "backpack": "bag", "handbag": "bag", "suitcase": "bag",
    **dict.fromkeys(
        ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"),
        "animal",
    ),
}  # fmt: skip


class TorchvisionDetector:
    """A COCO-trained model with its labels in Aegis's vocabulary.

    The published weights are fetched by torchvision once, where there is internet; a local
    file replaces them. Half precision on a card. Raises ConfigurationError at start for
    whatever is wrong.
    """

    score_threshold = 0.5

    def __init__(
        self,
        name: str,
        weights: Path | None = None,
        device: str = "auto",
        paths: FastPaths = FastPaths(),  # noqa: B008 - frozen
    ) -> None:
        known = list_models(module=detection_models)
        if name not in known:
            raise ConfigurationError(
                f"Unknown model {name!r}: AEGIS_VISION_MODEL is aegis-small or one of "
                + ", ".join(sorted(known))
            )
        self.name = name
        self._device = choose_device(device)
        self._half = paths.half and self._device.type == "cuda"
        published = get_model_weights(name).DEFAULT
        self._labels = [_MINE.get(label, label) for label in published.meta["categories"]]
        net = _load(name, published, weights).eval().to(self._device)
        self._net = net.to(memory_format=torch.channels_last)

    @torch.inference_mode()
    def detect(self, images: Sequence[NDArray[np.uint8]]) -> list[Detections]:
        """Boxes with a score of at least 0.05, in pixels of each image, best first."""
        tensors = [self._transfer(image).permute(2, 0, 1).float() / 255 for image in images]
        if not tensors:
            return []
        with torch.autocast(self._device.type, torch.float16, self._half):
            answers = cast(list[dict[str, torch.Tensor]], self._net(tensors))
        return [self._translate(answer) for answer in answers]

    def _transfer(self, image: NDArray[np.uint8]) -> torch.Tensor:
        pixels = torch.from_numpy(image)
        if self._device.type == "cuda":
            pixels = pixels.pin_memory()
        return pixels.to(self._device, non_blocking=True)

    def _translate(self, answer: dict[str, torch.Tensor]) -> Detections:
        keep = answer["scores"] >= _FLOOR
        return Detections(
            answer["boxes"][keep].cpu().numpy().astype(np.float32),
            answer["scores"][keep].cpu().numpy().astype(np.float32),
            tuple(self._labels[label] for label in answer["labels"][keep].tolist()),
        )


def _load(name: str, published: Any, weights: Path | None) -> torch.nn.Module:
    return _load_published(name, published) if weights is None else _load_local(name, weights)


def _load_published(name: str, published: Any) -> torch.nn.Module:
    try:
        return cast(torch.nn.Module, get_model(name, weights=published))
    except (URLError, OSError) as error:
        raise ConfigurationError(
            f"The weights of {name} cannot be had ({error}): give a local file with "
            "AEGIS_VISION_WEIGHTS, or use AEGIS_VISION_MODEL=aegis-small, which needs none"
        ) from error
    except RuntimeError as error:
        raise ConfigurationError(
            f"The weights of {name} arrived damaged ({str(error)[:200]}): delete them from "
            f"{torch.hub.get_dir()} and try again"
        ) from error


def _load_local(name: str, weights: Path) -> torch.nn.Module:
    net = cast(torch.nn.Module, get_model(name, weights=None, weights_backbone=None))
    try:
        net.load_state_dict(_read(weights))
    except OSError as error:
        raise ConfigurationError(
            f"Weights {weights} cannot be read ({error.strerror or error}): correct "
            "AEGIS_VISION_WEIGHTS, or leave it out to fetch the published ones"
        ) from error
    except _MISFITS as error:
        raise ConfigurationError(
            f"Weights {weights} do not fit {name}: {str(error)[:300]}"
        ) from error
    return net


def _read(weights: Path) -> Mapping[str, torch.Tensor]:
    if weights.suffix == ".safetensors":
        return load_file(weights)
    # weights_only refuses pickled code.
    with warnings.catch_warnings():
        # torch warns of pickles that it then refuses.
        warnings.simplefilter("ignore", UserWarning)
        kept = torch.load(weights, map_location="cpu", weights_only=True)
    if not isinstance(kept, Mapping):
        raise TypeError("it holds no named weights")
    return cast(Mapping[str, torch.Tensor], kept)
