"""A model on disk: safetensors, kernels in half precision, and beside them a JSON of facts."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import torch
from pydantic import ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from aegis.domain.value import Value
from aegis.errors import ConfigurationError

_KERNEL_NDIM = 4


class ModelFile(Value):
    """What every model's JSON says at least. sha256: of the safetensors beside it."""

    sha256: str
    training: dict[str, object] = {}


Facts = TypeVar("Facts", bound=ModelFile)


def read_model(path: Path, kind: type[Facts]) -> tuple[Facts, dict[str, torch.Tensor]]:
    """Return the facts and the weights, as float32; raises ConfigurationError.

    Refused are a file that is missing, is not the one its JSON describes, or is anything else
    than safetensors; a pickle is never opened.
    """
    facts = _read_facts(path, kind)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"Weights {path} cannot be read: {error.strerror}") from error
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise ConfigurationError(
            f"Weights {path} are not the ones their JSON describes (SHA-256 differs): "
            "copy both files again"
        )
    try:
        tensors = load(data)
    except SafetensorError as error:
        raise ConfigurationError(
            f"Weights {path} are no safetensors ({error}): pickled weights are not opened"
        ) from error
    return facts, {key: value.float() for key, value in tensors.items()}


def write_model(path: Path, tensors: Mapping[str, torch.Tensor], facts: Facts) -> Facts:
    """Write both files; returns the facts as written, with the SHA-256."""
    data = save({key: _compact(value).contiguous() for key, value in tensors.items()})
    written = facts.model_copy(update={"sha256": hashlib.sha256(data).hexdigest()})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    text = json.dumps(written.model_dump(mode="json"), indent=2)
    path.with_suffix(".json").write_text(text + "\n", encoding="utf-8")
    return written


def _compact(value: torch.Tensor) -> torch.Tensor:
    is_kernel = value.ndim == _KERNEL_NDIM and value.is_floating_point()
    return value.half() if is_kernel else value


def _read_facts(path: Path, kind: type[Facts]) -> Facts:
    beside = path.with_suffix(".json")
    try:
        return kind.model_validate_json(beside.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"{beside} is missing: weights of Aegis's own models come with a JSON of that name"
        ) from error
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{beside} cannot be read as a model's facts: {error}") from error
