"""What a camera's picture looks like when nothing is done to it."""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.vision.background.small_picture import (
    HEIGHT,
    WIDTH,
    SmallPicture,
    Tones,
    halved,
    unhalved,
)

_BLOCK = 8
_TEXTURE = 3.0
_OF_NOISE = 1.5
_AGREES = 0.65
_LEARNING_S = 6.0
_LEARNING_FRAMES = 8
_SLOW_S = 120.0
_LONGEST_STEP_S = 10.0
_EMPTY = 0.01
"""At most this share of the picture is hidden where nobody is."""
_LEAST_BLOCKS = 8
_LEAST_SIGHTS = 3
_FINE_OF_NOISE = 0.5
_LEAST_FINE = 0.25
_FIRST_NOISE = 2.0
_PICTURES = ("_mean", "_warmth", "_noise")
_WINDOW = cv2.createHanningWindow((WIDTH, HEIGHT), cv2.CV_32F)

Luma = NDArray[np.float32]
Mask = NDArray[np.bool_]


class Likeness(NamedTuple):
    """How a frame compares with the normal, over known blocks with texture that no noise drowns.

    agreement: share of blocks whose pattern is the normal's, whatever the exposure.
    contrast: the median block's contrast, as a share of the normal's.
    detail: fine detail against coarse contrast, as a share of the normal's; noise adds to it;
    1 while the empty scene was not seen.
    sharpness: how much of the normal's own fine pattern the median block shows; noise does not
    change it. Of the small picture only; 1 where the normal has too little of it.
    """

    agreement: float
    contrast: float
    detail: float
    sharpness: float


class SceneNormal:
    """A running background: each pixel's mean tones, and how much its brightness trembles.

    It is learned within some seconds and then follows the day slowly. What stands before a
    pixel is not learned there, so people at the beginning leave no ghosts; how much fine
    detail there is, is learned of the empty scene. 120 KB a camera.
    """

    def __init__(self) -> None:
        self._mean = np.zeros((HEIGHT, WIDTH), np.float32)
        self._warmth = np.zeros((HEIGHT, WIDTH), np.float32)
        self._noise = np.full((HEIGHT, WIDTH), _FIRST_NOISE, np.float32)
        self._sights = np.zeros((HEIGHT, WIDTH), np.uint8)
        self._detail = 0.0
        self._empty_frames = 0
        self._frames = 0
        self._seen_s = 0.0

    def __getstate__(self) -> dict[str, Any]:
        return halved(self.__dict__, _PICTURES)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= unhalved(state, _PICTURES)

    @property
    def is_known(self) -> bool:
        """Whether enough was seen to compare with."""
        return self._frames >= _LEARNING_FRAMES and self._seen_s >= _LEARNING_S

    @property
    def mean(self) -> Luma:
        """(72, 128) float32; not to be written to."""
        return self._mean

    @property
    def tones(self) -> Tones:
        """Mean brightness and colour; not to be written to."""
        return Tones(self._mean, self._warmth)

    @property
    def noise(self) -> Luma:
        """(72, 128) float32: mean absolute deviation of each pixel; not to be written to."""
        return self._noise

    @property
    def unknown(self) -> Mask:
        """(72, 128): where something always stood before the background."""
        return np.asarray(self._sights < _LEAST_SIGHTS, np.bool_)

    def forget(self) -> None:
        """Learn anew from the next frame on."""
        self._frames, self._empty_frames, self._seen_s = 0, 0, 0.0
        self._sights[:] = 0

    def learn(self, small: SmallPicture, gap_s: float, covered: Mask) -> None:
        """Follow this frame where nothing stands before the background.

        gap_s: since the frame before. covered: (72, 128), where the background is hidden.
        """
        step_s = min(max(gap_s, 0.0), _LONGEST_STEP_S)
        self._frames, self._seen_s = self._frames + 1, self._seen_s + step_s
        slow = step_s / _SLOW_S
        step = np.float32(slow) * ~covered
        young = np.flatnonzero(self._sights < _LEARNING_FRAMES)
        if len(young):
            step.ravel()[young] = self._first_steps(small, covered, young, slow)
        off = small.luma - self._mean
        self._mean += step * off
        self._warmth += step * (small.tones.warmth - self._warmth)
        self._noise += step * (np.abs(off) - self._noise)
        if np.count_nonzero(covered) <= _EMPTY * covered.size:
            # People are full of detail: after a crowd the empty scene would look out of focus.
            self._empty_frames += 1
            young_pace = 1 / self._empty_frames if self._empty_frames <= _LEARNING_FRAMES else 0.0
            self._detail += max(slow, young_pace) * (small.detail - self._detail)

    def _first_steps(
        self, small: SmallPicture, covered: Mask, young: NDArray[np.intp], slow: float
    ) -> Luma:
        """How far pixels of which little was seen go towards this frame; young: their indices."""
        sights, seen = self._sights.ravel(), ~covered.ravel()[young]
        never = young[sights[young] == 0]
        self._mean.ravel()[never] = small.luma.ravel()[never]
        self._warmth.ravel()[never] = small.tones.warmth.ravel()[never]
        self._noise.ravel()[never] = _FIRST_NOISE
        sights[young] += seen
        count = sights[young]
        early = np.where(count < _LEARNING_FRAMES, 1.0, 0.0) / np.maximum(count, 1)
        return np.asarray(np.where(seen, np.maximum(early, slow), 0.0), np.float32)

    def absorb(self, small: SmallPicture, area: tuple[slice, slice]) -> None:
        """What is there now is normal from now on; area: rows and columns."""
        self._mean[area] = small.luma[area]
        self._warmth[area] = small.tones.warmth[area]

    def compare(self, small: SmallPicture, shift: tuple[int, int] = (0, 0)) -> Likeness | None:
        """How like the normal this frame is; None where the normal has too little texture.

        shift: look at the normal moved by so many columns and rows.
        """
        mean, noise = self._mean, self._noise
        if any(shift):
            mean, noise = (np.roll(it, shift[::-1], axis=(0, 1)) for it in (mean, noise))
        brightness, brightness_now = _block_means(mean), _block_means(small.luma)
        spread, spread_now = _spread(mean, brightness), _spread(small.luma, brightness_now)
        textured = spread >= np.maximum(_TEXTURE, _OF_NOISE * _block_means(noise))
        if (unknown := self.unknown).any():
            textured &= _block_means(unknown.astype(np.float32)) == 0
        count = int(np.count_nonzero(textured))
        if count < _LEAST_BLOCKS:
            return None
        together = _block_means(mean * small.luma) - brightness * brightness_now
        likeness = together / np.maximum(spread * spread_now, 1e-3)
        return Likeness(
            int(np.count_nonzero(likeness[textured] >= _AGREES)) / count,
            _middle(spread_now[textured] / spread[textured]),
            small.detail / max(self._detail, 1e-6) if self._empty_frames else 1.0,
            self._sharpness_of(small),
        )

    def _sharpness_of(self, small: SmallPicture) -> float:
        pattern = _fine(self._mean)
        pattern *= (np.abs(pattern) >= _FINE_OF_NOISE * self._noise) & ~self.unknown
        patterned = _block_means((pattern != 0).astype(np.float32)) >= _LEAST_FINE
        if np.count_nonzero(patterned) < _LEAST_BLOCKS:
            return 1.0
        shown = _block_means(pattern * _fine(small.luma))[patterned]
        return _middle(shown / _block_means(pattern * pattern)[patterned])

    def layout_of(self, small: SmallPicture) -> float:
        """How much light and shade lie as in the normal, block by block, -1 to 1."""
        blocks = np.stack([_block_means(it) for it in (self._mean, small.luma)])
        normal, now = blocks - blocks.mean(axis=1, keepdims=True)
        spread = float(np.sqrt((normal * normal).sum() * (now * now).sum()))
        return float((normal * now).sum()) / max(spread, 1e-3)

    def shift_of(self, small: SmallPicture) -> tuple[int, int]:
        """By how many columns and rows this frame seems moved against the normal."""
        # Copies, because OpenCV multiplies the window into what it is given.
        (right, down), _ = cv2.phaseCorrelate(self._mean.copy(), small.luma.copy(), _WINDOW)
        return round(right), round(down)


def _fine(luma: Luma) -> Luma:
    return np.asarray(luma - cv2.blur(luma, (3, 3)), np.float32)


def _block_means(luma: Luma) -> Luma:
    """(144,): of each block's pixels."""
    size = (WIDTH // _BLOCK, HEIGHT // _BLOCK)
    means = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).ravel()


def _spread(luma: Luma, means: Luma) -> Luma:
    """(144,): the standard deviation within each block, to 0.1; means: of the blocks."""
    return np.asarray(np.sqrt(np.maximum(_block_means(luma * luma) - means * means, 0)), np.float32)


def _middle(values: Luma) -> float:
    """The median; numpy's own takes ten times as long over so few."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] + ordered[~half]) / 2
