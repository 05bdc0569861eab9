"""Where watched frames come from: a video file, a folder of pictures, a camera, a stream."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import av
import numpy as np
from numpy.typing import NDArray

from aegis.cli.live_source import LiveSource, read_camera, read_stream
from aegis.cli.picture_files import list_folder
from aegis.cli.sampled_frame import SampledFrame
from aegis.errors import ConfigurationError
from aegis.vision.decoding.image_codec import encode_jpeg

_STREAM = re.compile(r"(rtsps?|rtmps?|https?|udp|tcp|srt)://", re.IGNORECASE)
_CAMERA = re.compile(r"camera:(\d+)|(\d+)")


class FrameSource(Protocol):
    """Something to watch."""

    @property
    def name(self) -> str:
        """What the camera is called."""

    @property
    def is_live(self) -> bool:
        """Whether it goes on by itself, at its own pace."""

    def count(self, fps: float) -> int | None:
        """How many frames there will be; None when nobody knows."""

    def frames(self, fps: float) -> Iterator[SampledFrame]:
        """The frames, at most `fps` a second of video time."""


@dataclass(frozen=True, slots=True)
class VideoSource:
    """A file; frames are taken by the video's own time."""

    path: Path
    name: str
    duration_s: float | None
    is_live: bool = False

    def count(self, fps: float) -> int | None:
        """From the length that the file claims."""
        return None if self.duration_s is None else max(1, round(self.duration_s * fps))

    def frames(self, fps: float) -> Iterator[SampledFrame]:
        """Raises ConfigurationError when not even one frame can be decoded."""
        number = 0
        try:
            for time_s, pixels in _sample(self.path, fps):
                yield SampledFrame(encode_jpeg(pixels), time_s, number)
                number += 1
        except av.FFmpegError as error:
            # A recording that breaks off is watched as far as it goes.
            if not number:
                raise _not_a_video(self.path, error) from error
        if not number:
            raise ConfigurationError(f"{self.path} has no frames")


@dataclass(frozen=True, slots=True)
class FolderSource:
    """Pictures in natural order, sent as they are, evenly spaced."""

    paths: tuple[Path, ...]
    name: str
    is_live: bool = False

    def count(self, fps: float) -> int | None:  # noqa: ARG002 - of the interface
        """Every picture is a frame."""
        return len(self.paths)

    def frames(self, fps: float) -> Iterator[SampledFrame]:
        """One picture after another; raises ConfigurationError when one cannot be read."""
        for number, path in enumerate(self.paths):
            try:
                image = path.read_bytes()
            except OSError as error:
                raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
            yield SampledFrame(image, number / fps, number)


def open_source(text: str) -> FrameSource:
    """The source that a person means; raises ConfigurationError that names the kinds."""
    camera = _CAMERA.fullmatch(text)
    path = Path(text).expanduser()
    if _STREAM.match(text):
        return LiveSource("stream", lambda: read_stream(text))
    if camera and not path.exists():
        index = int(camera.group(1) or camera.group(2))
        return LiveSource(f"camera-{index}", lambda: read_camera(index))
    if path.is_dir():
        return FolderSource(tuple(list_folder(path)), path.resolve().name)
    if not path.exists():
        raise ConfigurationError(
            f"There is no {text}: give a video file, a folder of pictures, camera:0 or an "
            "rtsp:// address"
        )
    return VideoSource(path, path.stem, _measure(path))


def _measure(path: Path) -> float | None:
    """Length in seconds; None when the file does not say."""
    try:
        with av.open(str(path)) as container:
            stream = next(iter(container.streams.video), None)
            if stream is None:
                raise ConfigurationError(f"{path} has no video in it")
            if stream.duration and stream.time_base:
                return float(stream.duration * stream.time_base)
            return container.duration / av.time_base if container.duration else None
    except av.FFmpegError as error:
        raise _not_a_video(path, error) from error


def _sample(path: Path, fps: float) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Time since the first frame in seconds, and (H, W, 3) RGB pixels."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        spacing_s = 1 / float(stream.average_rate or 25)
        first_s, due_s = None, 0.0
        for index, frame in enumerate(container.decode(stream)):
            stamp_s = frame.time if frame.time is not None else index * spacing_s
            first_s = stamp_s if first_s is None else first_s
            # Half a frame early is nearer than half a frame late.
            if stamp_s - first_s >= due_s - spacing_s / 2:
                pixels = frame.to_ndarray(format="rgb24")
                yield stamp_s - first_s, np.asarray(pixels, np.uint8)
                due_s = max(due_s + 1 / fps, stamp_s - first_s)


def _not_a_video(path: Path, error: av.FFmpegError) -> ConfigurationError:
    return ConfigurationError(
        f"{path} cannot be read as a video ({error.strerror}): give a file that FFmpeg knows, "
        "such as MP4, MKV or AVI"
    )
