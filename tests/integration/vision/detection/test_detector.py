"""The shipped detector loads, answers in the image's pixels, and refuses what it should."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from aegis.errors import ConfigurationError
from aegis.vision.detection.compact_net import CompactNet
from aegis.vision.detection.detector import load_detector
from aegis.vision.detection.embedded_detector import SHIPPED_WEIGHTS, EmbeddedDetector
from aegis.vision.detection.letterbox import letterbox
from aegis.vision.detection.torchvision_detector import TorchvisionDetector
from tests.integration.vision.model_damage import rewrite


@pytest.fixture(scope="module")
def detector() -> EmbeddedDetector:
    return EmbeddedDetector(device="cpu")


@pytest.mark.parametrize("shape", [(1, 1), (20, 700), (700, 20), (432, 768)])
def test_boxes_lie_in_the_image(detector: EmbeddedDetector, shape: tuple[int, int]) -> None:
    image = np.random.default_rng(3).integers(0, 255, (*shape, 3), np.uint8)
    (found,) = detector.detect([image])
    height, width = shape
    assert found.xyxy.shape == (len(found), 4)
    assert (found.xyxy >= 0).all()
    assert (found.xyxy[:, [0, 2]] <= width).all()
    assert (found.xyxy[:, [1, 3]] <= height).all()
    assert (np.diff(found.scores) <= 1e-6).all()


def test_a_batch_of_mixed_shapes_equals_one_by_one(detector: EmbeddedDetector) -> None:
    random = np.random.default_rng(4)
    sizes = [(240, 320), (432, 768), (240, 320), (64, 64)]
    images = [random.integers(0, 255, (*size, 3), np.uint8) for size in sizes]
    together = detector.detect(images)
    for image, found in zip(images, together, strict=True):
        (alone,) = detector.detect([image])
        assert alone.labels == found.labels
        np.testing.assert_allclose(alone.xyxy, found.xyxy, atol=0.5)


def test_nothing_to_look_at_is_nothing_seen(detector: EmbeddedDetector) -> None:
    assert detector.detect([]) == []


def test_folding_the_norms_changes_no_answer() -> None:
    torch.manual_seed(0)
    net = CompactNet(width=16).eval()
    for parameter in net.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    picture = torch.rand(1, 1, 64, 96)
    with torch.inference_mode():
        logits, boxes = net(picture)
        net.fold()
        folded_logits, folded_boxes = net(picture)
    torch.testing.assert_close(folded_logits, logits, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(folded_boxes, boxes, rtol=1e-3, atol=1e-3)


def test_letterbox_keeps_the_shape_and_says_the_scale() -> None:
    one = letterbox(np.zeros((432, 768, 3), np.uint8), 320)
    assert one.luminance.shape == (192, 320)
    assert one.scale == pytest.approx(320 / 768)


def _truncate(weights: Path) -> None:
    weights.write_bytes(weights.read_bytes()[:-100])


def _drop_a_layer(weights: Path) -> None:
    rewrite(weights, lambda it: {key: it[key] for key in it if key != "label_head.weight"})


def _reshape_a_layer(weights: Path) -> None:
    rewrite(weights, lambda it: it | {"label_head.weight": torch.zeros(9, 64, 1, 1)})


def _remove_the_facts(weights: Path) -> None:
    weights.with_suffix(".json").unlink()


def _garble_the_facts(weights: Path) -> None:
    weights.with_suffix(".json").write_text("{")


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_truncate, "SHA-256 differs"),
        (_drop_a_layer, "do not fit"),
        (_reshape_a_layer, "do not fit"),
        (_remove_the_facts, "is missing"),
        (_garble_the_facts, "cannot be read"),
    ],
)
def test_damaged_weights_are_refused_at_load(
    tmp_path: Path, damage: Callable[[Path], None], says: str
) -> None:
    weights = Path(shutil.copy(SHIPPED_WEIGHTS, tmp_path))
    shutil.copy(SHIPPED_WEIGHTS.with_suffix(".json"), tmp_path)
    damage(weights)
    with pytest.raises(ConfigurationError, match=says):
        load_detector("aegis-small", weights, "cpu")


def test_a_missing_weights_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.safetensors"):
        load_detector("ssdlite320_mobilenet_v3_large", tmp_path / "none.safetensors", "cpu")


def test_a_pickle_is_no_weights_file(tmp_path: Path) -> None:
    hostile = tmp_path / "weights.pth"
    torch.save({"x": print}, hostile)
    with pytest.raises(ConfigurationError, match="do not fit"):
        load_detector("ssdlite320_mobilenet_v3_large", hostile, "cpu")


@pytest.mark.parametrize(
    "content", [b"", b"not weights", b"PK\x03\x04broken", b"\x80\x04N."], ids=repr
)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_a_file_that_is_no_weights_is_refused(tmp_path: Path, suffix: str, content: bytes) -> None:
    file = tmp_path / f"weights{suffix}"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match=r"weights.* do not fit ssdlite320"):
        load_detector("ssdlite320_mobilenet_v3_large", file, "cpu")


def test_a_file_with_another_digest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.pth"
    file.write_bytes(b"x")
    with pytest.raises(ConfigurationError, match="AEGIS_VISION_WEIGHTS_SHA256 asks for"):
        load_detector("ssdlite320_mobilenet_v3_large", file, "cpu", "0" * 64)
    with pytest.raises(ConfigurationError, match="names no file"):
        load_detector("aegis-small", None, "cpu", "0" * 64)


def test_published_weights_that_cannot_be_had_name_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(ConfigurationError, match="give a local file with AEGIS_VISION_WEIGHTS"):
        load_detector("ssdlite320_mobilenet_v3_large", None, "cpu")


def test_an_unknown_model_lists_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="fasterrcnn_resnet50_fpn_v2"):
        load_detector("yolo-from-the-future", None, "cpu")


def test_an_unknown_device_is_named() -> None:
    with pytest.raises(ConfigurationError, match="AEGIS_VISION_DEVICE"):
        load_detector("aegis-small", None, "abacus")


def test_a_torchvision_model_answers_in_our_words(tmp_path: Path) -> None:
    from torchvision.models import get_model

    torch.manual_seed(0)
    name = "ssdlite320_mobilenet_v3_large"
    weights = tmp_path / "weights.pth"
    torch.save(get_model(name, weights=None, weights_backbone=None).state_dict(), weights)
    detector = load_detector(name, weights, "cpu")
    (found,) = detector.detect([np.full((100, 150, 3), 90, np.uint8)])
    assert not {"car", "knife", "dog", "backpack"} & set(found.labels)


@pytest.mark.parametrize(
    "name",
    [
        "fasterrcnn_mobilenet_v3_large_320_fpn",
        "ssdlite320_mobilenet_v3_large",
        "fasterrcnn_resnet50_fpn_v2",
        "retinanet_resnet50_fpn_v2",
    ],
)
def test_models_of_the_zoo_are_made_by_name(tmp_path: Path, name: str) -> None:
    from torchvision.models import get_model

    weights = tmp_path / "weights.pth"
    torch.save(get_model(name, weights=None, weights_backbone=None).state_dict(), weights)
    detector = TorchvisionDetector(name, weights, "cpu")
    assert detector.name == name
    assert {"person", "vehicle", "bicycle", "bag", "animal", "weapon"} <= set(detector._labels)
