"""Exported weights are calibrated on what they were shown."""

import json
from pathlib import Path

import numpy as np
import torch

from aegis.training.confidence import calibration_error
from aegis.training.detector_export import export
from aegis.training.labelled_images import LabelledImage
from aegis.vision.detection.compact_net import CompactNet


def _image() -> LabelledImage:
    return LabelledImage(
        np.full((64, 64), 128, np.uint8),
        np.array([[0, 0, 16, 16]], np.float32),
        np.zeros(1, np.int64),
        np.ones(1, np.float32),
        np.array([True, False, False]),
    )


def test_a_boastful_net_is_taught_modesty(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = CompactNet(width=8)
    net.label_head.weight.data.zero_()
    # Everywhere a person, at 0.95: hardly any of these boxes is right.
    assert net.label_head.bias is not None
    net.label_head.bias.data.copy_(torch.tensor([3.0, -9.0, -9.0]))
    path = tmp_path / "weights.safetensors"
    matched = export(net, path, 64, 8, {"stills": [_image()] * 2}, {"seed": 1})
    facts = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    people = matched["stills"]["person"]
    assert people.things == 2
    assert calibration_error(people.scores, people.right) < 0.2
    assert facts["training"] == {"seed": 1}
    assert facts["calibration"].keys() <= {"person"}
