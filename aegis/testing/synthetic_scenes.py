"""Clips as a fixed camera films them, rendered, with the exact truth of who is where."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.synthetic_figure import Look, draw_figure
from aegis.testing.synthetic_room import render_room
from aegis.testing.synthetic_walk import Stop, Visitor, leaves_s, locate

Pixels = NDArray[np.uint8]
SceneName = Literal["visits", "loitering", "empty"]

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
_BETWEEN_VISITS_S = 6.0
_SEED_OF = {"visits": 1, "loitering": 2, "empty": 3}
_TOPS = ((34, 38, 52), (46, 44, 42), (62, 30, 32), (36, 52, 44), (52, 48, 60))
_TROUSERS = ((40, 42, 50), (30, 34, 46), (52, 48, 42))
_SKINS = ((198, 152, 124), (150, 108, 84), (104, 74, 58), (214, 172, 146))


@dataclass(frozen=True, slots=True)
class TruthBox:
    """Somebody who is in the picture.

    xyxy: corners of what is inside the picture, pixels; visible: that share of the person.
    """

    label: str
    track_id: int
    xyxy: tuple[float, float, float, float]
    visible: float


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticFrame:
    """One rendered frame; image: (H, W, 3) uint8 RGB; captured_at: UTC, in video time."""

    image: Pixels
    captured_at: datetime
    frame_number: int
    truth: tuple[TruthBox, ...]


def render_clip(
    scene: SceneName,
    seed: int = 1,
    fps: float = 5.0,
    size: tuple[int, int] = (768, 432),
    start: datetime = START,
) -> Iterator[SyntheticFrame]:
    """The frames of a scene, the same for the same arguments; size: (width, height).

    `visits`: three people, one after another, cross the area that `synthetic_room` marks,
    with seconds of an empty room between them; `loitering`: one comes and stays there for
    more than a minute; `empty`: nobody for ten seconds.
    """
    random = np.random.default_rng([seed, _SEED_OF[scene]])
    aspect = size[0] / size[1]
    room = render_room(size, random)
    visitors = _invite(scene, random, aspect)
    noise = random.normal(0, 3.0, (size[1] + 64, size[0] + 64)).astype(np.float32)
    duration_s = max((leaves_s(it, aspect) for it in visitors), default=8.0) + 2.0
    for number in range(round(duration_s * fps)):
        image = room.copy()
        truth = _draw_visitors(image, visitors, number / fps)
        captured_at = start + timedelta(seconds=number / fps)
        yield SyntheticFrame(_film(image, noise, random, captured_at), captured_at, number, truth)


def _invite(scene: SceneName, random: np.random.Generator, aspect: float) -> tuple[Visitor, ...]:
    if scene == "empty":
        return ()
    if scene == "loitering":
        return (Visitor(1, 1.5, _dress(random), _lingering_way(random)),)
    visitors: list[Visitor] = []
    enters_s = 2.0
    for track_id in (1, 2, 3):
        visitors.append(Visitor(track_id, enters_s, _dress(random), _crossing_way(random)))
        enters_s = leaves_s(visitors[-1], aspect) + _BETWEEN_VISITS_S
    return tuple(visitors)


def _dress(random: np.random.Generator) -> Look:
    return Look(
        top=_TOPS[random.integers(len(_TOPS))],
        trousers=_TROUSERS[random.integers(len(_TROUSERS))],
        skin=_SKINS[random.integers(len(_SKINS))],
        hair=(34, 28, 24),
        shoes=(26, 24, 24),
        build=float(random.uniform(0.95, 1.15)),
        has_coat=bool(random.random() < 0.4),
    )


def _crossing_way(random: np.random.Generator) -> tuple[Stop, ...]:
    depth, side = float(random.uniform(0.76, 0.86)), float(random.choice([-1, 1]))
    return (
        Stop(0.5 - side * 0.78, depth - 0.04),
        Stop(0.55 + side * 0.04, depth + 0.05, stay_s=float(random.uniform(1.0, 2.5))),
        Stop(0.5 + side * 0.78, depth),
    )


def _lingering_way(random: np.random.Generator) -> tuple[Stop, ...]:
    side = float(random.choice([-1, 1]))
    places = (
        Stop(float(random.uniform(0.4, 0.7)), float(random.uniform(0.76, 0.9)), stay_s=8.0)
        for _ in range(8)
    )
    return Stop(0.5 - side * 0.78, 0.78), *places, Stop(0.5 + side * 0.78, 0.8)


def _draw_visitors(
    image: Pixels, visitors: tuple[Visitor, ...], moment_s: float
) -> tuple[TruthBox, ...]:
    height, width = image.shape[:2]
    truth = []
    for visitor in visitors:
        place = locate(visitor, moment_s, width / height)
        if place is None:
            continue
        feet, tall = (place.feet[0] * width, place.feet[1] * height), place.height * height
        _cast_shadow(image, feet, tall)
        drawn = draw_figure(image, visitor.look, place.pose, feet, tall)
        if drawn is not None:
            truth.append(TruthBox("person", visitor.track_id, drawn.xyxy, drawn.visible))
    return tuple(truth)


def _cast_shadow(image: Pixels, feet: tuple[float, float], tall: float) -> None:
    """A dark spot under the feet and a long faint one away from the lamp."""
    shade = np.zeros(image.shape[:2], np.float32)
    middle = (round(feet[0]), round(feet[1]))
    aside = (round(feet[0] + 0.2 * tall), round(feet[1] + 0.02 * tall))
    cv2.ellipse(shade, aside, (round(0.32 * tall), round(0.05 * tall)), 0, 0, 360, 0.16, -1)
    cv2.ellipse(shade, middle, (round(0.15 * tall), round(0.035 * tall)), 0, 0, 360, 0.42, -1)
    soft = cv2.GaussianBlur(shade, (0, 0), max(1.0, tall * 0.02))
    image[:] = (image * (1 - soft[:, :, None])).astype(np.uint8)


def _film(
    image: Pixels, noise: NDArray[np.float32], random: np.random.Generator, captured_at: datetime
) -> Pixels:
    """What lens, sensor and recorder add: softness, noise, the time of day."""
    height, width = image.shape[:2]
    soft = cv2.GaussianBlur(image, (0, 0), 0.6).astype(np.float32)
    x, y = random.integers(0, 64, 2)
    grainy = soft + noise[y : y + height, x : x + width, None]
    filmed = np.asarray(grainy.clip(0, 255), np.uint8)
    _stamp(filmed, f"{captured_at:%Y-%m-%d %H:%M:%S}")
    return filmed


def _stamp(image: Pixels, text: str) -> None:
    height, width = image.shape[:2]
    cv2.rectangle(image, (0, height - height // 20), (width // 4, height), (0, 0, 0), -1)
    place = (width // 100, height - height // 70)
    cv2.putText(image, text, place, cv2.FONT_HERSHEY_SIMPLEX, width / 1700, (225, 225, 225), 1)
