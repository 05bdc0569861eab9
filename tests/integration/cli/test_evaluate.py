"""`aegis evaluate` and `aegis train`: a table for people, one line of JSON for programs."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from aegis.cli.main import app

runner = CliRunner()


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    (tmp_path / "images").mkdir()
    cv2.imwrite(str(tmp_path / "images" / "a.jpg"), np.full((64, 96), 90, np.uint8))
    document = {
        "categories": [{"id": 1, "name": "person"}, {"id": 2, "name": "weapon"}],
        "images": [{"id": 1, "file_name": "a.jpg", "width": 96, "height": 64}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 20, 40]}],
    }
    path = tmp_path / "data.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    random = np.random.default_rng(3)
    for name in ("a", "b", "c", "d"):
        with av.open(str(tmp_path / f"{name}.mp4"), "w") as container:
            stream = container.add_stream("mpeg4", rate=10)
            stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
            for _ in range(14):
                picture = random.integers(0, 255, (64, 96, 3), np.uint8)
                still = np.full((64, 96, 3), 90, np.uint8)
                shown = picture if name in "ab" else still
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
            container.mux(stream.encode())
    path = tmp_path / "labels.csv"
    path.write_text(
        "clip,label,split,source\na.mp4,fight,train,1\nb.mp4,fight,valid,2\n"
        "c.mp4,normal,train,1\nd.mp4,normal,valid,2\n",
        encoding="utf-8",
    )
    return path


def test_detector_figures_end_with_one_object(stills: Path, tmp_path: Path) -> None:
    report = tmp_path / "report"
    asked = ["evaluate", "detector", str(stills), "--json", "--threads", "1"]
    answer = runner.invoke(app, [*asked, "--report", str(report)])
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout.splitlines()[-1])
    assert figures.keys() == {"ap50", "ece", "frames_per_s"}
    assert figures["ap50"].keys() == {"person", "weapon"}
    assert (report / "data-reliability.png").is_file()


def test_fights_are_learned_and_measured(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    answer = runner.invoke(app, ["train", "fights", str(clips), "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    assert (out / "fast-across-sources-reliability.png").is_file()
    weights = ["--weights", str(out / "aegis-fight.safetensors")]
    asked = ["evaluate", "fights", str(clips), "--json", "--threads", "1"]
    answer = runner.invoke(app, [*asked, *weights])
    assert answer.exit_code == 0, answer.output
    figures = json.loads(answer.stdout.splitlines()[-1])
    assert figures.keys() == {"accuracy", "auc", "ece", "clip_ece", "frames_per_s"}
    assert figures["auc"] == 1.0


def test_a_split_may_be_asked_for(clips: Path) -> None:
    asked = ["evaluate", "fights", str(clips), "--split", "valid"]
    assert "2" in runner.invoke(app, asked).stdout


@pytest.mark.parametrize("kind", ["detector", "fights"])
def test_a_missing_file_is_told_in_a_line(tmp_path: Path, kind: str) -> None:
    for command in ("evaluate", "train"):
        asked = [command, kind, str(tmp_path / "none")]
        out = ["--out", str(tmp_path / "out")] if command == "train" else []
        answer = runner.invoke(app, [*asked, *out])
        assert answer.exit_code == 2
        assert "none cannot be read" in answer.stderr.replace("\n", " ")
        assert not (tmp_path / "out").exists()


def test_clips_of_one_kind_teach_nothing(clips: Path, tmp_path: Path) -> None:
    clips.write_text("clip,label\na.mp4,fight\nb.mp4,fight\n", encoding="utf-8")
    answer = runner.invoke(app, ["train", "fights", str(clips), "--out", str(tmp_path / "out")])
    assert answer.exit_code == 2
    assert "both kinds" in answer.stderr
    assert not (tmp_path / "out").exists()
