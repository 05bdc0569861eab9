"""A whole training: from data sets on disk to weights that load."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import torch

from aegis.errors import ConfigurationError
from aegis.training.detector_plan import DetectorPlan, train_detector
from aegis.training.detector_trainer import EpochReport
from aegis.training.training_schedule import TrainingSchedule
from aegis.vision.detection.embedded_detector import EmbeddedDetector, read_net


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


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
    text = "clip,label,split\ntrain.mp4,fight,train\nvalid.mp4,fight,valid\n"
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


def _plan(data: Path, out: Path, **change: Any) -> DetectorPlan:
    plan = DetectorPlan(
        train=(data / "detection" / "train.json", data / "fights" / "boxes.json"),
        valid=(data / "detection" / "valid.json", data / "fights" / "boxes.json"),
        out=out,
        schedule=TrainingSchedule(epochs=1),
        side=32,
        width=8,
        batch=2,
        workers=0,
    )
    return replace(plan, **change)


def test_a_training_leaves_weights_that_load_and_can_be_started_from(
    data: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    matched = train_detector(_plan(data, out), lambda _: None)
    assert matched["detection-valid"].keys() == {"person", "weapon"}
    assert matched["fights-boxes"].keys() == {"person"}
    for plot in ("precision-recall", "reliability", "confusion"):
        assert (out / f"detection-valid-{plot}.png").is_file()
    assert (out / "loss.png").is_file()
    weights = out / "aegis-small.safetensors"
    assert EmbeddedDetector(weights, "cpu").detect([np.zeros((20, 30, 3), np.uint8)])
    train_detector(_plan(data, tmp_path / "second", start_from=weights), lambda _: None)
    assert read_net(tmp_path / "second" / "aegis-small.safetensors")[1] == 8


def test_an_interrupted_training_goes_on_and_its_log_too(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def interrupt(_: EpochReport) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_detector(_plan(data, out, schedule=TrainingSchedule(epochs=2)), interrupt)
    with pytest.raises(ConfigurationError, match="--resume"):
        train_detector(_plan(data, out), lambda _: None)
    told: list[EpochReport] = []
    plan = _plan(data, out, schedule=TrainingSchedule(epochs=2), resume=True)
    train_detector(plan, told.append)
    assert [report.epoch for report in told] == [2]
    lines = (out / "epochs.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["epoch"] for line in lines] == [1, 2]


def test_pictures_are_augmented_beside_a_training_on_all_cores(data: Path, tmp_path: Path) -> None:
    # OpenCV starts threads of its own for a picture of this size; a forked process lacks them.
    cv2.imwrite(str(data / "detection" / "images" / "a.png"), np.full((640, 640), 90, np.uint8))
    call = f"""
import cv2
from pathlib import Path
from tests.integration.training.test_detector_plan import _plan
from aegis.training.detector_plan import train_detector
cv2.setNumThreads(4)
train_detector(_plan(Path({str(data)!r}), Path({str(tmp_path / "out")!r}), workers=1), print)
"""
    done = subprocess.run(
        [sys.executable, "-c", call], timeout=120, check=True, capture_output=True
    )
    assert b"EpochReport(epoch=1" in done.stdout


def test_without_a_validation_set_some_pictures_are_held_out(data: Path, tmp_path: Path) -> None:
    path = data / "detection" / "train.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    image = document["images"][0]
    document["images"] = [image | {"id": index} for index in range(1, 11)]
    path.write_text(json.dumps(document), encoding="utf-8")
    matched = train_detector(_plan(data, tmp_path / "out", train=(path,), valid=()), lambda _: None)
    assert matched["detection-train"]["person"].things <= 1


@pytest.mark.parametrize(
    "lost", ["fights/labels.csv", "detection/images/a.png", "fights/valid.mp4"]
)
def test_wrong_data_trains_nothing(data: Path, tmp_path: Path, lost: str) -> None:
    (data / lost).unlink()
    with pytest.raises(ConfigurationError, match=Path(lost).name.replace(".", r"\.")):
        train_detector(_plan(data, tmp_path / "out"), lambda _: None)
    assert not (tmp_path / "out").exists()
