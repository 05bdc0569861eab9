"""What the CSV of clips takes, and how it names what it refuses."""

from pathlib import Path

import pytest

from aegis.errors import ConfigurationError
from aegis.training.labelled_clips import read_frames, read_labelled_clips

GOOD = "clip,label,split,source\na.mp4,fight,train,7\nb.mp4,normal,valid,7\n"


def _write(folder: Path, text: str) -> Path:
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"no video")
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_all_rows_count_unless_a_split_is_asked_for(tmp_path: Path) -> None:
    path = _write(tmp_path, GOOD)
    assert [clip.is_fight for clip in read_labelled_clips(path)] == [True, False]
    (clip,) = read_labelled_clips(path, "valid")
    assert clip.source == "7"


def test_split_and_source_may_be_absent(tmp_path: Path) -> None:
    path = _write(tmp_path, "\ufeffclip,label\r\na.mp4,fight\r\nb.mp4,normal\r\n")
    assert [clip.source for clip in read_labelled_clips(path)] == ["a.mp4", "b.mp4"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column clip or label"),
        ("clip,split\na.mp4,train\n", "line 1: no column label"),
        ("clip,label\n", "has no rows"),
        ("clip,label\na.mp4,fight\nc.mp4,normal\n", r"line 3: there is no clip c\.mp4"),
        ("clip,label\na.mp4,brawl\n", "line 2: unknown label 'brawl'"),
        ("clip,label\na.mp4,fight\na.mp4,normal\n", r"line 3: clip a\.mp4 occurs twice"),
        ("clip,label\n,fight\n", "line 2: no clip is named"),
        ("clip,label\na\0b.mp4,fight\n", "labels.csv"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"labels\.csv.*{message}|{message}"):
        read_labelled_clips(_write(tmp_path, text))


def test_a_split_that_nobody_has_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no rows whose split is 'test'"):
        read_labelled_clips(_write(tmp_path, GOOD), "test")


def test_a_clip_that_is_no_video_is_named(tmp_path: Path) -> None:
    _write(tmp_path, GOOD)
    with pytest.raises(ConfigurationError, match=r"a\.mp4 cannot be decoded"):
        list(read_frames(tmp_path / "a.mp4"))
