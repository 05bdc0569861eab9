"""Frames of clips: the right ones, weighed by the machine's score, or a clear refusal."""

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from aegis.errors import ConfigurationError
from aegis.training.clip_frames import read_clip_frames

CSV = "clip,label,split\na.mp4,fight,train\nb.mp4,normal,valid\n"


def _document() -> dict[str, Any]:
    boxes = [
        {"category_id": 1, "bbox": [2, 4, 20, 30], "score": 0.9},
        {"category_id": 2, "bbox": [30, 8, 10, 10], "score": 0.3},
    ]
    frames = [{"clip": name, "frame": 1, "boxes": boxes} for name in ("a.mp4", "b.mp4")]
    categories = [{"id": 1, "name": "person"}, {"id": 2, "name": "vehicle"}]
    return {"categories": categories, "frames": frames}


def _write_clip(path: Path) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=12)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for level in (40, 120, 200):
            picture = np.full((48, 64, 3), level, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "b.mp4"):
        _write_clip(tmp_path / name)
    (tmp_path / "labels.csv").write_text(CSV, encoding="utf-8")
    (tmp_path / "boxes.json").write_text(json.dumps(_document()), encoding="utf-8")
    return tmp_path


def test_only_the_frames_of_the_split_are_read_and_weighed_by_score(folder: Path) -> None:
    (image,) = read_clip_frames(folder / "boxes.json", "train")
    assert image.luminance.shape == (48, 64)
    # Luminance of video lies between 16 and 235.
    assert abs(int(image.luminance.mean()) - (16 + 120 * 219 / 255)) < 6
    assert image.xyxy.tolist() == [[2, 4, 22, 34], [30, 8, 40, 18]]
    assert image.labels.tolist() == [0, 1]
    assert image.weights.tolist() == pytest.approx([1.0, 1 / 3], abs=1e-4)
    assert image.known.tolist() == [True, True, False]


def test_in_normal_clips_weapons_were_looked_for_in_fights_they_were_not(folder: Path) -> None:
    (fight,) = read_clip_frames(folder / "boxes.json", "train")
    (normal,) = read_clip_frames(folder / "boxes.json", "valid")
    assert fight.known.tolist() == [True, True, False]
    assert normal.known.tolist() == [True, True, True]


def test_an_unknown_label_of_a_clip_is_named_with_its_line(folder: Path) -> None:
    (folder / "labels.csv").write_text(CSV.replace("fight", "brawl"), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"labels\.csv: line 2: unknown label 'brawl'"):
        read_clip_frames(folder / "boxes.json", "train")


def test_a_clip_that_the_csv_names_but_nobody_has_is_named_with_its_line(folder: Path) -> None:
    (folder / "b.mp4").unlink()
    with pytest.raises(ConfigurationError, match=r"labels\.csv: line 3: there is no clip b\.mp4"):
        read_clip_frames(folder / "boxes.json", "train")


def test_a_frame_past_the_end_is_named(folder: Path) -> None:
    document = _document()
    document["frames"][0]["frame"] = 99
    (folder / "boxes.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"a\.mp4 has no frames \[99\]"):
        read_clip_frames(folder / "boxes.json", "train")


def test_a_file_that_is_no_video_is_named(folder: Path) -> None:
    (folder / "a.mp4").write_bytes(b"no video")
    with pytest.raises(ConfigurationError, match=r"a\.mp4 cannot be decoded"):
        read_clip_frames(folder / "boxes.json", "train")


@pytest.mark.parametrize("text", ["", "{}", "[]"])
def test_a_boxes_file_of_another_kind_is_refused(folder: Path, text: str) -> None:
    (folder / "boxes.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"boxes\.json"):
        read_clip_frames(folder / "boxes.json", "train")
