"""What lens, sensor, recorder, weather and vandals do to a picture."""

from dataclasses import dataclass
from datetime import datetime
from math import exp, sin
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.scenes.material import Pixels


@dataclass(frozen=True, slots=True)
class Bump:
    """The camera is knocked and swings back; size: share of the picture's width."""

    at_s: float
    size: float = 0.02
    lasts_s: float = 1.2


@dataclass(frozen=True, slots=True)
class Film:
    """The camera's own part in a scene.

    grain: of the sensor, grey levels; jpeg_quality: None spares the codec; softness: pixels at
    a width of 640; rain: 0 to 1; gains: (moment, brightness) steps between which it glides for
    half a second; covered_s, defocused_s: from when on something hides the lens, or it is out
    of focus; cover: its colour. frozen_s: from when on the picture stands; looped_s: (from,
    length): from when on the seconds before repeat.
    """

    is_night: bool = False
    grain: float = 3.0
    jpeg_quality: int | None = 60
    softness: float = 0.7
    rain: float = 0.0
    gains: tuple[tuple[float, float], ...] = ()
    bumps: tuple[Bump, ...] = ()
    covered_s: float | None = None
    cover: tuple[int, int, int] = (38, 36, 34)
    defocused_s: float | None = None
    frozen_s: float | None = None
    looped_s: tuple[float, float] | None = None

    def hides_all(self, moment_s: float) -> bool:
        """Whether something covers the whole lens."""
        return self.covered_s is not None and moment_s > self.covered_s + 0.8

    def shown_s(self, moment_s: float) -> float:
        """The moment that the picture of a moment really shows."""
        if self.frozen_s is not None and moment_s > self.frozen_s:
            return self.frozen_s
        if self.looped_s is not None and moment_s >= self.looped_s[0]:
            begin_s, length_s = self.looped_s
            return begin_s - length_s + (moment_s - begin_s) % length_s
        return moment_s


class Developer:
    """Turns the clean picture of a moment into what the recorder keeps; same input, same output."""

    def __init__(self, film: Film, resolution_wh: tuple[int, int], seed: tuple[int, int]) -> None:
        self._film = film
        self._scale = resolution_wh[0] / 640
        self._seed = seed
        width, height = resolution_wh
        random = np.random.default_rng([*seed, 77])
        grain = film.grain * (2.0 if film.is_night else 1.0)
        self._noise = random.normal(128, grain, (height + 32, width + 32)).clip(0, 255)
        self._noise = self._noise.round().astype(np.uint8)
        cloth = random.normal(1, 0.05, (height // 16 + 1, width // 16 + 1)).astype(np.float32)
        weave = cv2.resize(cloth, (width, height), interpolation=cv2.INTER_CUBIC)
        self._cloth = np.asarray(weave, np.float32)

    def develop(self, picture: Pixels, moment_s: float, clock: datetime) -> Pixels:
        """(H, W, 3) RGB as it was filmed at a moment, `clock` burnt in."""
        random = np.random.default_rng([*self._seed, round(moment_s * 1000)])
        filmed = self._disturb(picture, moment_s, random)
        filmed = self._expose(filmed, moment_s)
        if self._film.is_night:
            filmed = _grey(as_pixels(cv2.cvtColor(filmed, cv2.COLOR_RGB2GRAY)))
        filmed = self._hide(filmed, moment_s)
        blur = max(0.35, self._blur(moment_s) * self._scale)
        filmed = as_pixels(cv2.GaussianBlur(filmed, (0, 0), blur))
        filmed = self._add_grain(filmed, random)
        _stamp(filmed, f"{clock:%Y-%m-%d %H:%M:%S}")
        return self._compress(filmed)

    def _disturb(self, picture: Pixels, moment_s: float, random: np.random.Generator) -> Pixels:
        shift = [self._swing(bump, moment_s) for bump in self._film.bumps]
        if any(shift):
            width, height = picture.shape[1], picture.shape[0]
            move = sum(shift) * width
            turn = cv2.getRotationMatrix2D((width / 2, height / 2), 60 * sum(shift), 1.0)
            turn[:, 2] += (move, 0.6 * move)
            size = (width, height)
            picture = as_pixels(cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REFLECT))
        return self._rain(picture, random) if self._film.rain else picture

    def _swing(self, bump: Bump, moment_s: float) -> float:
        since_s = moment_s - bump.at_s
        if not 0 <= since_s < bump.lasts_s:
            return 0.0
        return bump.size * exp(-3 * since_s / bump.lasts_s) * sin(17 * since_s + 1)

    def _rain(self, picture: Pixels, random: np.random.Generator) -> Pixels:
        height, width = picture.shape[:2]
        streaks = np.zeros((height, width), np.uint8)
        count = round(420 * self._film.rain)
        starts = random.uniform((0, -0.1), (1, 1), (count, 2)) * (width, height)
        length = random.uniform(0.03, 0.1, (count, 1)) * height
        ends = starts + np.hstack([0.12 * length, length])
        lines = np.stack([starts, ends], axis=1).astype(np.int32)
        cv2.polylines(streaks, list(lines), isClosed=False, color=52, thickness=1)
        veil = cv2.addWeighted(picture, 0.86, np.full_like(picture, 150), 0.14, 0)
        return as_pixels(cv2.add(veil, _grey(streaks)))

    def _expose(self, picture: Pixels, moment_s: float) -> Pixels:
        gain = 1.0
        for at_s, wanted in self._film.gains:
            gain += (wanted - gain) * min(1.0, max(0.0, (moment_s - at_s) / 0.5))
        return picture if gain == 1.0 else as_pixels(cv2.convertScaleAbs(picture, alpha=gain))

    def _hide(self, picture: Pixels, moment_s: float) -> Pixels:
        since_s = moment_s - (self._film.covered_s if self._film.covered_s is not None else 1e9)
        if since_s < 0:
            return picture
        height, width = picture.shape[:2]
        mask = np.zeros((height, width), np.float32)
        reach = min(1.0, since_s / 0.8)
        centre = (round(width * (1.1 - 0.6 * reach)), round(height * (1.0 - 0.5 * reach)))
        axes = (round(width * 0.95 * reach) + 1, round(height * 1.15 * reach) + 1)
        cv2.ellipse(mask, centre, axes, 12, 0, 360, 1.0, -1)
        mask = np.asarray(cv2.GaussianBlur(mask, (0, 0), width / 26), np.float32)[:, :, None]
        cloth = np.array(self._film.cover, np.float32) * self._cloth[:, :, None]
        return np.asarray((picture * (1 - mask) + cloth * mask).clip(0, 255), np.uint8)

    def _blur(self, moment_s: float) -> float:
        since_s = moment_s - (self._film.defocused_s if self._film.defocused_s is not None else 1e9)
        return self._film.softness + max(0.0, min(1.0, since_s / 1.5)) * 8.0

    def _add_grain(self, picture: Pixels, random: np.random.Generator) -> Pixels:
        height, width = picture.shape[:2]
        x, y = random.integers(0, 32, 2)
        tile = self._noise[y : y + height, x : x + width]
        return as_pixels(cv2.addWeighted(picture, 1, _grey(tile), 1, -128))

    def _compress(self, picture: Pixels) -> Pixels:
        if self._film.jpeg_quality is None:
            return picture
        quality = [cv2.IMWRITE_JPEG_QUALITY, self._film.jpeg_quality]
        return as_pixels(cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], 1))


def light_map(resolution_wh: tuple[int, int], seed: int, *, is_night: bool) -> Pixels:
    """(H, W, 3) by which a picture is multiplied, 255 is full light: lamps and their fall-off."""
    random = np.random.default_rng([seed, 5])
    width, height = resolution_wh
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width, y / height
    light: NDArray[np.float32] = np.full((height, width), 0.2 if is_night else 0.72, np.float32)
    for _ in range(2 if is_night else 1):
        at = random.uniform((0.2, 0.35), (0.8, 0.75))
        spread = random.uniform(0.28, 0.5) if is_night else 0.75
        pool = np.exp(-(((x - at[0]) / spread) ** 2) - (((y - at[1]) / (spread * 1.1)) ** 2))
        light += (0.5 if is_night else 0.3) * pool
    return _grey((light * 255).clip(0, 255).astype(np.uint8))


def as_pixels(picture: NDArray[Any] | None) -> Pixels:
    """What OpenCV gave back, which does not say its type."""
    return np.asarray(picture, np.uint8)


def _grey(levels: NDArray[np.uint8]) -> Pixels:
    return as_pixels(cv2.merge([levels, levels, levels]))


def _stamp(picture: Pixels, text: str) -> None:
    height, width = picture.shape[:2]
    size = width / 1700
    if width < 300:
        return
    cv2.rectangle(picture, (0, height - height // 20), (width // 4, height), (0, 0, 0), -1)
    place = (width // 100, height - height // 70)
    cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, (225, 225, 225), 1)
