"""Cameras and streams, which do not wait: the newest frame wins."""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.cli.sampled_frame import SampledFrame
from aegis.errors import ConfigurationError
from aegis.vision.decoding.image_codec import encode_jpeg

Pixels = NDArray[np.uint8]
Reader = Callable[[], Iterator[Pixels]]

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class LiveSource:
    """Reads in a thread of its own and keeps only the newest frame.

    A stream that breaks off is opened again, at most `attempts` times in a row without a frame.
    """

    name: str
    read: Reader
    attempts: int = 5
    pause_s: float = 2.0
    is_live: bool = True

    def count(self, fps: float) -> int | None:  # noqa: ARG002 - of the interface
        """Nobody knows."""
        return None

    def frames(self, fps: float) -> Iterator[SampledFrame]:
        """At most `fps` a second, until the source ends.

        Raises ConfigurationError when the source cannot be opened.
        """
        slot, stop = _NewestFrame(), threading.Event()
        reader = threading.Thread(target=self._fill, args=(slot, stop), daemon=True)
        reader.start()
        start = time.monotonic()
        number, due = 0, start
        try:
            while (pixels := slot.take()) is not None:
                yield SampledFrame(encode_jpeg(pixels), time.monotonic() - start, number)
                number += 1
                due = max(due + 1 / fps, time.monotonic() - 1 / fps)
                time.sleep(max(0.0, due - time.monotonic()))
        finally:
            stop.set()
        if slot.error is not None:
            raise slot.error

    def _fill(self, slot: "_NewestFrame", stop: threading.Event) -> None:
        failures = 0
        while not stop.is_set():
            got = False
            try:
                for pixels in self.read():
                    slot.put(pixels)
                    got = True
                    if stop.is_set():
                        return
            except (OSError, av.FFmpegError, ConfigurationError) as error:
                failures = 1 if got else failures + 1
                if failures >= self.attempts:
                    slot.end(_cannot_open(self.name, error))
                    return
                stop.wait(self.pause_s)
            else:
                slot.end(None)
                return


class _NewestFrame:
    """Holds one frame; a newer one replaces it."""

    def __init__(self) -> None:
        self.error: ConfigurationError | None = None
        self._pixels: Pixels | None = None
        self._is_over = False
        self._changed = threading.Condition()

    def put(self, pixels: Pixels) -> None:
        with self._changed:
            self._pixels = pixels
            self._changed.notify()

    def end(self, error: ConfigurationError | None) -> None:
        with self._changed:
            self.error, self._is_over = error, True
            self._changed.notify()

    def take(self) -> Pixels | None:
        """The newest frame not taken yet, waiting for one; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._pixels is not None or self._is_over)
            pixels, self._pixels = self._pixels, None
            return pixels


def read_stream(url: str) -> Iterator[Pixels]:
    """(H, W, 3) RGB frames of a network stream, as they come; raises av.FFmpegError."""
    options = {"rtsp_transport": "tcp"} if url.lower().startswith("rtsp") else {}
    with av.open(url, options=options, timeout=_TIMEOUT_S) as container:
        for frame in container.decode(video=0):
            yield np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def read_camera(index: int) -> Iterator[Pixels]:
    """(H, W, 3) RGB frames of a camera of this machine; raises ConfigurationError, OSError."""
    camera = cv2.VideoCapture(index)
    try:
        if not camera.isOpened():
            raise ConfigurationError(f"Camera {index} cannot be opened")
        while True:
            is_read, bgr = camera.read()
            if not is_read:
                raise OSError(f"Camera {index} gave no frame")
            yield np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
    finally:
        camera.release()


def _cannot_open(name: str, error: Exception) -> ConfigurationError:
    return ConfigurationError(
        f"The {name} gives no frames ({error}): check that it is on and that its address and "
        "password are right"
    )
