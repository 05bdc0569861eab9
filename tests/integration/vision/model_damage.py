"""Changes a model's weights so that its JSON still describes them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

Tensors = dict[str, torch.Tensor]


def rewrite(weights: Path, change: Callable[[Tensors], Tensors]) -> None:
    """Write `change(tensors)` in their place, with the SHA-256 that belongs to it."""
    save_file(change(load_file(weights)), weights)
    beside = weights.with_suffix(".json")
    facts = json.loads(beside.read_text())
    facts["sha256"] = hashlib.sha256(weights.read_bytes()).hexdigest()
    beside.write_text(json.dumps(facts))
