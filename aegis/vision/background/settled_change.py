"""Where a picture differs from its normal and stands still, told pixel by pixel."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aegis.vision.background.foreground import Hidden
from aegis.vision.background.scene_normal import SceneNormal
from aegis.vision.background.small_picture import (
    HEIGHT,
    WIDTH,
    SmallPicture,
    Tones,
    halved,
    unhalved,
)

SETTLING_S = 1.0
"""So long what moves takes to become part of the settled picture."""

_LEAST_CHANGE = 11.0
_OF_NOISE = 4.0
_STATIC_S = 2.5
_GLOBAL = 0.25
_LEAST_FITTED = 200
_LEAST_GAIN, _MOST_GAIN = 0.3, 2.0

_PICTURES = ("_settled", "_warmth")

Mask = NDArray[np.bool_]
Luma = NDArray[np.float32]


class SettledChange:
    """The picture as it has settled, and since when each pixel differs from the normal.

    Behind people nothing is judged: what was there stays. A change of much of the picture
    is light, and then everything begins anew. 111 KB.
    """

    def __init__(self) -> None:
        self._settled = np.zeros((HEIGHT, WIDTH), np.float32)
        self._warmth = np.zeros((HEIGHT, WIDTH), np.float32)
        self._since_s = np.full((HEIGHT, WIDTH), np.inf, np.float32)
        self._origin_s: float | None = None

    def __getstate__(self) -> dict[str, Any]:
        return halved(self.__dict__, _PICTURES)

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__ |= unhalved(state, _PICTURES)

    @property
    def tones(self) -> Tones:
        """Of what stood still lately; not to be written to."""
        return Tones(self._settled, self._warmth)

    @property
    def mask(self) -> Mask:
        """(72, 128): what differs, be it since now."""
        return np.asarray(np.isfinite(self._since_s), np.bool_)

    def see(
        self, small: SmallPicture, normal: SceneNormal, hidden: Hidden, at_s: float, gap_s: float
    ) -> Mask | None:
        """(72, 128): where it differs and has stood still for 2.5 s; None in a new light.

        Behind those in view nothing is judged; where somebody was lost, nothing begins.
        """
        if self._origin_s is None:
            self._origin_s = at_s
            self._settle(small)
        bar = np.maximum(_LEAST_CHANGE, _OF_NOISE * normal.noise)
        open_to_view = ~(hidden.in_view | normal.unknown)
        lit = _in_this_light(normal.mean, small.luma, open_to_view)
        differs = (np.abs(small.luma - lit) > bar) & open_to_view
        if np.count_nonzero(differs) > _GLOBAL * differs.size:
            self.forget()
            self._settle(small)
            return None
        now_s = np.float32(at_s - self._origin_s)
        off = small.luma - self._settled
        known = self.mask
        begins = differs & ~hidden.lost & ((np.abs(off) > bar) | ~known)
        pace = np.float32(1 - math.exp(-gap_s / SETTLING_S)) * ~hidden.in_view
        if begins.any():
            self._since_s[begins], pace[begins] = now_s, 1.0
        is_over = known & open_to_view & ~differs
        if is_over.any():
            self._since_s[is_over] = np.inf
        self._settled += pace * off
        self._warmth += pace * (small.tones.warmth - self._warmth)
        return np.asarray(now_s - self._since_s >= _STATIC_S, np.bool_)

    def began_s(self, blob: Mask) -> float:
        """When most of what differs in this part (72, 128) came to be so."""
        since_s = self._since_s[blob & self.mask]
        return (self._origin_s or 0.0) + float(np.median(since_s))

    def forget(self, area: tuple[slice, slice] = (slice(None), slice(None))) -> None:
        """Nothing differs there; area: rows and columns."""
        self._since_s[area] = np.inf

    def _settle(self, small: SmallPicture) -> None:
        self._settled[:], self._warmth[:] = small.tones


def _in_this_light(normal: Luma, now: Luma, open_to_view: Mask) -> Luma:
    """The normal as bright and contrasty as the frame; the second fit is to what fitted."""
    seen = open_to_view[::2, ::2]
    there, here = normal[::2, ::2][seen], now[::2, ::2][seen]
    gain, offset = 1.0, 0.0
    for _ in range(2):
        count = len(there)
        if count < _LEAST_FITTED:
            break
        there_mean, here_mean = float(there.mean()), float(here.mean())
        apart = there - there_mean
        spread = float(apart @ apart) / count
        together = float(apart @ (here - here_mean)) / count
        gain = min(max(together / spread, _LEAST_GAIN), _MOST_GAIN) if spread > 1 else 1.0
        offset = here_mean - gain * there_mean
        fits = np.abs(here - gain * there - offset) <= _LEAST_CHANGE
        there, here = there[fits], here[fits]
    return np.asarray(gain * normal + offset, np.float32)
