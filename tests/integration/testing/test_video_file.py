"""Clips that are written: the same pictures must give the same file, or no training repeats."""

from dataclasses import replace
from pathlib import Path

import pytest

from aegis.testing.scenes.repertoire import stage_play
from aegis.testing.video_file import write_mp4

_FPS = 12.0


@pytest.mark.parametrize("kind", ["loitering", "queue", "crowd"])
def test_the_same_frames_give_the_same_file(kind: str, tmp_path: Path) -> None:
    scene = replace(stage_play(kind, 30).scene.at_resolution((480, 270)), fps=_FPS)
    images = [frame.image for frame in scene.frames(4, 8)]
    files = set()
    for number in range(6):
        path = tmp_path / f"{number}.mp4"
        assert write_mp4(path, images, _FPS) == len(images)
        files.add(path.read_bytes())
    assert len(files) == 1


def test_a_clip_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frames"):
        write_mp4(tmp_path / "empty.mp4", iter(()), _FPS)
