"""Scores are calibrated by label before anything is chosen or reported."""

from pathlib import Path

import numpy as np
import pytest
import torch

from aegis.vision.detection.compact_net import CompactNet
from aegis.vision.detection.embedded_detector import EmbeddedDetector, ModelFacts, save_weights


def _detector(path: Path, calibration: dict[str, tuple[float, float]]) -> EmbeddedDetector:
    torch.manual_seed(3)
    net = CompactNet(width=8)
    net.label_head.weight.data.zero_()
    facts = ModelFacts(
        sha256="", long_side=64, width=8, score_threshold=0.3, calibration=calibration
    )
    save_weights(net, path, facts)
    return EmbeddedDetector(path, "cpu")


@pytest.mark.parametrize(
    ("calibration", "labels", "score"),
    [
        ({}, set(), None),
        ({"person": (1.0, 4.6)}, {"person"}, 0.5),
        ({"weapon": (-1.0, -2.6)}, {"weapon"}, 1 / (1 + np.exp(-2.0))),
    ],
)
def test_only_the_named_label_is_calibrated(
    tmp_path: Path,
    calibration: dict[str, tuple[float, float]],
    labels: set[str],
    score: float | None,
) -> None:
    # With its weights at zero the untrained head says logit -4.6, a score of 0.01, everywhere.
    detector = _detector(tmp_path / "weights.safetensors", calibration)
    (found,) = detector.detect([np.zeros((64, 64, 3), np.uint8)])
    assert set(found.labels) == labels
    if labels:
        assert found.scores == pytest.approx(score, abs=2e-3)
