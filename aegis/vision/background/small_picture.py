"""A frame small enough to remember: what the camera's normal is made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import Box

WIDTH, HEIGHT = 128, 72
_ROWS = 2 * HEIGHT
_LEAST_VARIANCE = 4.0
_COLUMNS = 2 * WIDTH
_WARMTH = np.array([[0.5, 0.0, -0.5, 128.0]], np.float32)
_NEUTRAL = 128
_SQUARES = np.arange(256.0) ** 2
_DEVIATIONS = 1.4826
"""Standard deviations of a normal distribution to its median absolute deviation."""


class Tones(NamedTuple):
    """A picture's brightness and the one colour that tells most things apart.

    luma: (72, 128) float32, 0 to 255. warmth: (72, 128) float32, half of red less blue, -128 to
    127; 0 all over at night.
    """

    luma: NDArray[np.float32]
    warmth: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SmallPicture:
    """One frame's tones, 128 x 72 whatever its own shape.

    detail: mean squared difference of neighbours in a row at full resolution, in some 36 of its
    rows, without the sensor's noise, against the variance of luma: blur takes it away.
    """

    tones: Tones
    detail: float

    @property
    def luma(self) -> NDArray[np.float32]:
        """(72, 128) float32, 0 to 255."""
        return self.tones.luma


def halved(state: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A state with these pictures in half the precision, a sixteenth of a level: plenty."""
    return {**state, **{name: state[name].astype(np.float16) for name in names}}


def unhalved(state: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The state that `halved` made smaller, to go on with."""
    return {**state, **{name: state[name].astype(np.float32) for name in names}}


def to_small(box: Box, scale: tuple[float, float]) -> Box:
    """A box of the frame in pixels of the small picture; scale: of its columns and rows."""
    x0, y0, x1, y1 = box
    return x0 * scale[0], y0 * scale[1], x1 * scale[0], y1 * scale[1]


def shrink(picture: NDArray[np.uint8]) -> SmallPicture:
    """Of an upright (H, W, 3) uint8 RGB picture, from some 144 of its rows; 0.4 ms."""
    rows = picture[:: max(1, picture.shape[0] // _ROWS)]
    grey = cv2.cvtColor(rows, cv2.COLOR_RGB2GRAY)
    luma = cv2.resize(grey.astype(np.float32), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    _, deviation = cv2.meanStdDev(luma)
    detail = _detail(grey) / max(float(deviation.item()) ** 2, _LEAST_VARIANCE)
    return SmallPicture(Tones(np.asarray(luma, np.float32), _warmth(rows)), detail)


def _warmth(rows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """From 256 of its columns."""
    few = cv2.resize(rows, (_COLUMNS, _ROWS), interpolation=cv2.INTER_NEAREST)
    warmth = cv2.transform(few, _WARMTH).astype(np.float32)
    small = cv2.resize(warmth, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(small - _NEUTRAL, np.float32)


def _detail(grey: NDArray[np.integer | np.floating]) -> float:
    """The sensor's own noise, which no lens blurs, is told by the median and taken off."""
    if grey.shape[1] < 2:
        return 0.0
    steps = cv2.absdiff(grey[::4, 1:], grey[::4, :-1])
    counts = cv2.calcHist([steps], [0], None, [256], [0, 256]).ravel().astype(np.float64)
    share = counts.cumsum() / steps.size
    median = int(share.searchsorted(0.5))
    before = float(share[median - 1]) if median else 0.0
    middle = max(0.0, median - 0.5 + (0.5 - before) / max(float(share[median]) - before, 1e-9))
    mean_square = float(counts @ _SQUARES) / steps.size
    return float(max(0.0, mean_square - (_DEVIATIONS * middle) ** 2))
