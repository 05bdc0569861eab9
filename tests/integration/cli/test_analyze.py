"""Pictures are looked at in this process; a bad file never stops the others."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from aegis.cli.main import app
from aegis.cli.picture_files import find_pictures, natural_key
from aegis.errors import ConfigurationError
from aegis.testing.scenes.scene import SceneFrame
from aegis.testing.scenes.visits import render_clip
from aegis.vision.decoding.image_codec import decode_image, encode_jpeg


@pytest.fixture(scope="module")
def frame() -> SceneFrame:
    """Somebody in the middle of the room."""
    return next(it for it in render_clip("visits", fps=1) if it.frame_number == 5)


@pytest.fixture
def picture(tmp_path: Path, frame: SceneFrame) -> Path:
    path = tmp_path / "room.jpg"
    path.write_bytes(encode_jpeg(frame.image))
    return path


def analyze(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(app, ["analyze", *map(str, arguments)])
    assert "Traceback" not in result.output
    return result


def analyze_json(*arguments: str | Path) -> list[dict[str, Any]]:
    document: list[dict[str, Any]] = json.loads(analyze(*arguments, "--json").stdout)
    return document


def test_json_tells_size_detections_and_judgement(picture: Path, frame: SceneFrame) -> None:
    (seen,) = analyze_json(picture)
    assert (seen["path"], seen["width"], seen["height"]) == (str(picture), 768, 432)
    assert {"incident", "type", "severity", "confidence", "reasoning"} <= set(seen["analysis"])
    best = seen["detections"][0]
    assert best["label"] == "person"
    assert 0 < best["score"] <= 1
    assert best["xyxy"] == pytest.approx(frame.truth[0].xyxy, abs=40)


def test_a_higher_threshold_shows_less(picture: Path) -> None:
    def count(score: str) -> int:
        return len(analyze_json(picture, "--min-score", score)[0]["detections"])

    assert count("0.06") >= count("0.3") >= 1
    assert count("0.999") == 0


def test_the_table_names_picture_people_and_verdict(picture: Path) -> None:
    result = analyze(picture)
    assert result.exit_code == 0
    assert "room.jpg" in result.stdout
    assert "person 0." in result.stdout


def test_a_bad_file_is_reported_and_the_others_go_on(picture: Path, tmp_path: Path) -> None:
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(picture.read_bytes()[:4000])
    result = analyze(torn, picture, tmp_path / "missing.jpg")
    assert result.exit_code == 1
    assert "truncated" in result.output
    assert "No such file" in result.output
    assert "person 0." in result.stdout
    reports = analyze_json(torn, picture)
    assert reports[0]["error"]["code"] == "INVALID_IMAGE"
    assert reports[1]["detections"]


def test_copies_are_saved_with_the_boxes_drawn(picture: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "room.png").write_bytes(picture.read_bytes())
    saved = tmp_path / "new" / "seen"
    assert analyze(picture, other, "--save", saved).exit_code == 0
    assert sorted(it.name for it in saved.iterdir()) == ["room-2.jpg", "room.jpg"]
    before = decode_image(picture.read_bytes()).astype(int)
    after = decode_image((saved / "room.jpg").read_bytes()).astype(int)
    assert (np.abs(after - before).max(axis=2) > 100).sum() > 200


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--device", "toaster", "x.jpg"], "toaster"),
        (["--weights", "missing.safetensors", "x.jpg"], "missing"),
        (["--model", "no-such-model", "x.jpg"], "no-such-model"),
        (["--min-score", "7", "x.jpg"], "--min-score"),
        ([], "IMAGE"),
    ],
)
def test_a_users_mistake_is_told_and_exits_with_2(arguments: list[str], why: str) -> None:
    result = analyze(*arguments)
    assert result.exit_code == 2
    assert why in result.output


def test_names_folders_and_patterns_are_found_once_in_order(tmp_path: Path) -> None:
    for name in ("b/frame10.png", "b/frame2.JPG", "b/notes.txt", "c/x.jpeg"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = find_pictures(
        [str(tmp_path / "b"), str(tmp_path / "*" / "*.*g"), str(tmp_path / "gone.jpg")]
    )
    names = [str(it.relative_to(tmp_path)) for it in found]
    assert names == ["b/frame2.JPG", "b/frame10.png", "c/x.jpeg", "gone.jpg"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(ConfigurationError, match="no picture"):
        find_pictures([str(tmp_path / "empty")])


def test_numbers_order_by_value() -> None:
    assert sorted(["f10", "f9", "e11", "f9a", "10"], key=natural_key) == [
        "10",
        "e11",
        "f9",
        "f9a",
        "f10",
    ]
