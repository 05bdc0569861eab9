"""Frames come in order, by the video's own time, and live ones never queue up."""

import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from aegis.cli.frame_sender import pace
from aegis.cli.frame_source import open_source
from aegis.cli.live_source import LiveSource, read_stream
from aegis.cli.sampled_frame import SampledFrame
from aegis.errors import ConfigurationError
from aegis.testing.video_file import write_mp4
from aegis.vision.decoding.image_codec import decode_image, encode_jpeg

Pixels = NDArray[np.uint8]


def grey(level: int) -> Pixels:
    return np.full((48, 64, 3), level, np.uint8)


def brightness(frame: SampledFrame) -> float:
    return float(decode_image(frame.image).mean())


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "yard-3.mp4"
    write_mp4(path, (grey(4 * number) for number in range(50)), fps=10)
    return path


@pytest.mark.parametrize(("fps", "count"), [(5.0, 25), (2.0, 10), (10.0, 50), (30.0, 50)])
def test_a_video_is_sampled_by_its_own_time(clip: Path, fps: float, count: int) -> None:
    frames = list(open_source(str(clip)).frames(fps))
    assert len(frames) == count
    assert [it.number for it in frames] == list(range(count))
    gaps = [later.time_s - earlier.time_s for earlier, later in pairwise(frames)]
    assert gaps == pytest.approx([1 / min(fps, 10)] * (count - 1))


def test_sampled_frames_are_those_of_their_time(clip: Path) -> None:
    for frame in open_source(str(clip)).frames(5.0):
        assert brightness(frame) == pytest.approx(40 * frame.time_s, abs=4)


def test_a_video_is_named_by_its_file_and_knows_its_length(clip: Path) -> None:
    source = open_source(str(clip))
    assert (source.name, source.is_live, source.count(5.0)) == ("yard-3", False, 25)


def test_a_video_that_breaks_off_is_watched_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "torn.avi"
    noise = np.random.default_rng(1).integers(0, 255, (30, 48, 64, 3), np.uint8)
    write_mp4(path, noise, fps=10)
    path.write_bytes(path.read_bytes()[:60_000])
    assert 1 <= len(list(open_source(str(path)).frames(10))) < 30


def test_a_folder_gives_its_pictures_in_natural_order(tmp_path: Path) -> None:
    for number in (10, 2, 1):
        (tmp_path / f"frame{number}.jpg").write_bytes(encode_jpeg(grey(number * 20)))
    (tmp_path / "notes.txt").write_text("no picture")
    source = open_source(str(tmp_path))
    frames = list(source.frames(4.0))
    assert [round(brightness(it) / 20) for it in frames] == [1, 2, 10]
    assert [it.time_s for it in frames] == [0, 0.25, 0.5]
    assert source.count(4.0) == 3


@pytest.mark.parametrize(
    ("text", "name"),
    [("camera:0", "camera-0"), ("1", "camera-1"), ("rtsp://10.0.0.7/stream", "stream")],
)
def test_cameras_and_streams_are_live(text: str, name: str) -> None:
    source = open_source(text)
    assert (source.name, source.is_live, source.count(5.0)) == (name, True, None)


def test_what_cannot_be_watched_is_refused_with_the_remedy(tmp_path: Path) -> None:
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    for source, why in (
        (tmp_path / "missing.mp4", "There is no .*rtsp://"),
        (text, "cannot be read as a video"),
        (tmp_path, "holds no picture"),
    ):
        with pytest.raises(ConfigurationError, match=why):
            open_source(str(source))


def test_a_slow_reader_of_a_live_source_gets_the_newest_frame() -> None:
    def camera() -> Iterator[Pixels]:
        for number in range(40):
            time.sleep(0.005)
            yield grey(6 * number)

    seen = list(LiveSource("test", camera).frames(20.0))
    assert 2 <= len(seen) <= 20
    assert brightness(seen[-1]) == pytest.approx(6 * 39, abs=3)


def test_a_live_source_that_breaks_off_is_opened_again() -> None:
    opened = []

    def camera() -> Iterator[Pixels]:
        opened.append(1)
        yield grey(100)
        if len(opened) < 3:
            raise OSError("gone")

    frames = list(LiveSource("test", camera, pause_s=0.01).frames(100.0))
    assert len(opened) == 3
    assert 1 <= len(frames) <= 3


def test_a_live_source_that_never_opens_is_an_error_with_the_cause() -> None:
    def camera() -> Iterator[Pixels]:
        raise OSError("no such device")

    with pytest.raises(ConfigurationError, match="no such device"):
        list(LiveSource("test", camera, attempts=2, pause_s=0.01).frames(5.0))


def test_paced_frames_come_at_their_time() -> None:
    frames = [SampledFrame(b"", 0.05 * number, number) for number in range(4)]
    start = time.monotonic()
    assert list(pace(frames)) == frames
    assert time.monotonic() - start >= 0.15


def test_a_stream_is_read_to_its_end(clip: Path) -> None:
    frames = list(read_stream(str(clip)))
    assert len(frames) == 50
    assert frames[25].shape == (48, 64, 3)
