"""Draws by seed what a play leaves open: places, cameras, light, people and their ways."""

import zlib
from collections.abc import Sequence
from math import radians, tan
from typing import TypeVar

import numpy as np

from aegis.testing.scenes.body import Look
from aegis.testing.scenes.film import Film
from aegis.testing.scenes.material import Colour
from aegis.testing.scenes.performer import Drive, Keeping, Script, Thing
from aegis.testing.scenes.view import Spot, View

_Option = TypeVar("_Option")
_TOPS: tuple[Colour, ...] = (
    (34, 38, 52), (46, 44, 42), (62, 30, 32), (36, 52, 44), (150, 150, 158), (52, 70, 110),
    (96, 40, 44), (176, 168, 150), (70, 74, 60),
)  # fmt: skip
_TROUSERS: tuple[Colour, ...] = ((40, 42, 50), (30, 34, 46), (52, 48, 42), (84, 80, 72))
_SKINS: tuple[Colour, ...] = ((198, 152, 124), (150, 108, 84), (104, 74, 58), (214, 172, 146))
_CARS: tuple[Colour, ...] = ((150, 40, 40), (190, 190, 194), (52, 62, 84), (60, 62, 62))
_RATES = (2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0)


class Draws:
    """Random choices; the same for the same kind and seed."""

    def __init__(self, kind: str, seed: int) -> None:
        self.random = np.random.default_rng([seed, zlib.crc32(kind.encode())])

    def between(self, low: float, high: float) -> float:
        """Any number between two."""
        return float(self.random.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        return int(self.random.integers(low, high + 1))

    def pick(self, options: Sequence[_Option]) -> _Option:
        """One of several."""
        return options[int(self.random.integers(len(options)))]

    def chance(self, share: float) -> bool:
        """True in this share of the draws."""
        return bool(self.random.random() < share)

    def side(self) -> int:
        """-1 for the left, 1 for the right."""
        return 1 if self.chance(0.5) else -1

    def rate(self) -> float:
        """Frames a second, 2 to 12."""
        return self.pick(_RATES)


class Casting(Draws):
    """Who and what plays in one variant of a play, and the camera before it."""

    def __init__(self, kind: str, seed: int) -> None:
        super().__init__(kind, seed)
        self._last_id = 0
        self.view = self._hang_camera()

    def edge(self, side: int, y: float, beyond_m: float = 0.9) -> Spot:
        """A spot at this distance just outside of the picture."""
        half = radians(self.view.field_deg / 2)
        pan = radians(self.view.pan_deg)
        return (y * tan(pan + side * half) + side * beyond_m, y)

    def inside(self, share: float, y: float) -> Spot:
        """A spot in the picture: share -1 is its left edge at this distance, 1 its right one."""
        half = radians(self.view.field_deg / 2)
        pan = radians(self.view.pan_deg)
        left, right = y * tan(pan - half), y * tan(pan + half)
        return (left + (right - left) * (share + 1) / 2, y)

    def script(self, at: Spot, now_s: float = 0.0, *, is_child: bool = False) -> Script:
        """Somebody new, with an own look, height and pace."""
        height = self.between(1.05, 1.35) if is_child else self.between(1.6, 1.9)
        pace = self.between(1.1, 1.5)
        return Script(self.next_id(), self.look(), at, now_s, height, pace)

    def look(self) -> Look:
        """Clothes and build."""
        return Look(
            top=self.pick(_TOPS),
            trousers=self.pick(_TROUSERS),
            skin=self.pick(_SKINS),
            build=self.between(0.95, 1.15),
            has_coat=self.chance(0.35),
        )

    def parcel(self, *keepings: Keeping) -> Thing:
        """A parcel and where it is from when on."""
        size = (self.between(0.35, 0.5), self.between(0.3, 0.4), self.between(0.25, 0.4))
        return Thing(self.next_id(), "package", size, (172, 132, 88), keepings)

    def bag(self, *keepings: Keeping) -> Thing:
        """A bag and where it is from when on."""
        size = (self.between(0.4, 0.55), self.between(0.25, 0.32), self.between(0.32, 0.42))
        return Thing(self.next_id(), "bag", size, self.pick(_TOPS[:4]), keepings)

    def car(self, *way: tuple[float, Spot], has_lights: bool = False) -> Drive:
        """A car and its way."""
        return Drive(self.next_id(), self.pick(_CARS), way, has_lights=has_lights)

    def film(self, *, night: float = 0.25) -> Film:
        """An ordinary camera; night: the share of scenes that play at night."""
        return Film(
            is_night=self.chance(night),
            grain=self.between(1.5, 4.0),
            jpeg_quality=self.count(45, 80),
            softness=self.between(0.6, 1.0),
        )

    def next_id(self) -> int:
        """The number of one more thing in the play."""
        self._last_id += 1
        return self._last_id

    def _hang_camera(self) -> View:
        height = self.between(2.8, 4.2)
        return View(
            resolution_wh=self.pick(((640, 360), (768, 432), (640, 480))),
            height_m=height,
            tilt_deg=self.between(18, 22) + 2.2 * (height - 2.8),
            pan_deg=self.between(-7, 7),
            field_deg=self.between(64, 80),
            roll_deg=self.between(-1.5, 1.5),
        )
