"""The entry point: from data sets on disk to weights that load."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch

from aegis.errors import ConfigurationError
from aegis.training.detector import load_weights, main
from aegis.vision.compact_net import CompactNet
from aegis.vision.embedded_detector import EmbeddedDetector


@pytest.fixture
def data(tmp_path: Path) -> Path:
    stills, fights = tmp_path / "detection", tmp_path / "fights"
    (stills / "images").mkdir(parents=True)
    fights.mkdir()
    cv2.imwrite(str(stills / "images" / "a.png"), np.full((40, 40), 90, np.uint8))
    coco = {
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "weapon"}],
        "images": [{"id": 1, "file_name": "a.png", "width": 40, "height": 40}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 20, 30]}],
    }
    for split in ("train", "valid"):
        (stills / f"{split}.json").write_text(json.dumps(coco), encoding="utf-8")
    rows = [{"category_id": 1, "bbox": [5, 5, 20, 30], "score": 0.8}]
    frames = [{"clip": f"{split}.mp4", "frame": 0, "boxes": rows} for split in ("train", "valid")]
    boxes = {"categories": [{"id": 1, "name": "person"}], "frames": frames}
    (fights / "boxes.json").write_text(json.dumps(boxes), encoding="utf-8")
    text = "clip,label,split\ntrain.mp4,normal,train\nvalid.mp4,normal,valid\n"
    (fights / "labels.csv").write_text(text, encoding="utf-8")
    for split in ("train", "valid"):
        _write_clip(fights / f"{split}.mp4")
    return tmp_path


def _write_clip(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 48, 48, "yuv420p"
        picture = np.full((48, 48, 3), 90, np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


def test_a_training_leaves_weights_that_load_and_can_be_started_from(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    small = ["--width", "8", "--side", "32", "--batch", "2", "--workers", "0", "--epochs", "1"]
    threads = torch.get_num_threads()
    main(["--data", str(data), "--out", str(out), *small])
    torch.set_num_threads(threads)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[0]["epoch"] == 1
    assert lines[-1]["detection"].keys() == {"person", "weapon"}
    assert lines[-1]["fights"].keys() == {"person"}
    assert 0 <= lines[-1]["fights"]["person"]["ap50"] <= 1
    assert (out / "fights-reliability.png").is_file()
    weights = out / "aegis-small.safetensors"
    assert EmbeddedDetector(weights, "cpu").detect([np.zeros((20, 30, 3), np.uint8)])
    load_weights(CompactNet(width=8), weights)
    with pytest.raises(ConfigurationError, match="cannot be started from"):
        load_weights(CompactNet(width=16), weights)


def test_wrong_data_trains_nothing(data: Path, tmp_path: Path) -> None:
    (data / "fights" / "labels.csv").unlink()
    with pytest.raises(ConfigurationError, match=r"labels\.csv"):
        main(["--data", str(data), "--out", str(tmp_path / "out")])
    assert not list((tmp_path / "out").iterdir())
