"""Writes clips, so that tests and the demonstration have footage of their own."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

_REPEATABLE = "mbtree=0"
"""With its look ahead over macroblocks, x264 makes another file of the same pictures each time."""


def write_mp4(path: Path, frames: Iterable[Pixels], fps: float) -> int:
    """H.264 in MP4 from (H, W, 3) RGB frames of one even size; returns how many were written.

    The same frames give the same file.
    Raises ValueError without a single frame.
    """
    count = 0
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps).limit_denominator(1000))
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "21", "preset": "veryfast", "x264-params": _REPEATABLE}
        for pixels in frames:
            if not count:
                stream.height, stream.width = pixels.shape[:2]
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            count += 1
        if not count:
            raise ValueError(f"{path.name} would have no frames")
        container.mux(stream.encode())
    return count
