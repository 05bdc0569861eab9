"""A scene: a stage, who plays on it, and the camera that films it, with the truth."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.scenes.body import Figure, draw_figure
from aegis.testing.scenes.film import Developer, Film, as_pixels, light_map
from aegis.testing.scenes.material import Pixels
from aegis.testing.scenes.performer import Drive, Opening, Performance, Thing
from aegis.testing.scenes.solid import Block, draw_bag, draw_block, draw_car, lamps_of
from aegis.testing.scenes.stage import Stage, draw_door, paint_stage
from aegis.testing.scenes.view import Point, Spot, View

START = datetime(2026, 1, 5, 9, 30, tzinfo=UTC)
Mask = NDArray[np.uint8]
_SHIFT = 4


@dataclass(frozen=True, slots=True)
class TruthBox:
    """Something that is in the picture.

    xyxy: corners of what is inside the picture, pixels; visible: the share of the thing that
    is inside and not behind something nearer.
    """

    label: str
    track_id: int
    xyxy: tuple[float, float, float, float]
    visible: float


@dataclass(frozen=True, slots=True, eq=False)
class SceneFrame:
    """One rendered frame; image: (H, W, 3) uint8 RGB; captured_at: UTC, in the scene's time."""

    image: Pixels
    captured_at: datetime
    frame_number: int
    truth: tuple[TruthBox, ...]


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything it takes to film a clip; the same scene gives the same frames.

    views: the camera's from each moment on, the first at 0. take: the same play filmed again,
    with other noise of the sensor.
    """

    stage: Stage
    views: tuple[tuple[float, View], ...]
    duration_s: float
    people: tuple[Performance, ...] = ()
    things: tuple[Thing, ...] = ()
    cars: tuple[Drive, ...] = ()
    openings: tuple[Opening, ...] = ()
    film: Film = field(default_factory=Film)
    fps: float = 5.0
    start: datetime = START
    seed: int = 1
    take: int = 0

    def at_resolution(self, resolution_wh: tuple[int, int]) -> "Scene":
        """The same scene through a camera of another resolution; it may show more or less."""
        views = tuple((at, replace(view, resolution_wh=resolution_wh)) for at, view in self.views)
        return replace(self, views=views)

    def at_width(self, width: int) -> "Scene":
        """The same picture, so many pixels wide; zones drawn for it still fit."""
        full_width, full_height = self.views[0][1].resolution_wh
        return self.at_resolution((width, round(width * full_height / full_width)))

    def frames(self, from_s: float = 0.0, until_s: float | None = None) -> Iterator[SceneFrame]:
        """The clip, or the part of it between two moments."""
        camera = _Camera(self)
        end_s = self.duration_s if until_s is None else min(until_s, self.duration_s)
        for number in range(round(from_s * self.fps), round(end_s * self.fps)):
            moment_s = number / self.fps
            image, truth = camera.film(moment_s)
            captured_at = self.start + timedelta(seconds=moment_s)
            yield SceneFrame(image, captured_at, number, truth)


class _Camera:
    """Films a scene; remembers the last picture, so that a frozen feed costs nothing."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._resolution_wh = scene.views[0][1].resolution_wh
        self._developer = Developer(scene.film, self._resolution_wh, (scene.seed, scene.take))
        self._light = light_map(self._resolution_wh, scene.seed, is_night=scene.film.is_night)
        self._last: tuple[float, tuple[Pixels, tuple[TruthBox, ...]]] | None = None

    def film(self, moment_s: float) -> tuple[Pixels, tuple[TruthBox, ...]]:
        """What the picture at a moment shows, and what is in it."""
        shown_s = self._scene.film.shown_s(moment_s)
        if self._last is None or self._last[0] != shown_s:
            self._last = shown_s, self._take(shown_s)
        return self._last[1]

    def _take(self, moment_s: float) -> tuple[Pixels, tuple[TruthBox, ...]]:
        scene = self._scene
        view = next(view for at_s, view in reversed(scene.views) if at_s <= moment_s)
        picture = _backdrop(scene.stage, view).copy()
        for opening in scene.openings:
            share = opening.share(moment_s)
            if share > 0:
                draw_door(picture, scene.stage.doors[opening.door], view, share)
        cast = _Cast(picture, view)
        for _, draw in sorted(_parts(scene, moment_s, cast), key=lambda it: -it[0]):
            draw()
        picture = as_pixels(cv2.multiply(picture, self._light, scale=1 / 255))
        picture = _shine(picture, scene, view, moment_s)
        clock = scene.start + timedelta(seconds=moment_s)
        truth = () if scene.film.hides_all(moment_s) else cast.truth()
        return self._developer.develop(picture, moment_s, clock), truth


@lru_cache(maxsize=8)
def _backdrop(stage: Stage, view: View) -> Pixels:
    return paint_stage(stage, view)


class _Cast:
    """Draws who plays, the farthest first, and keeps account of what stays visible of each."""

    def __init__(self, picture: Pixels, view: View) -> None:
        self.picture = picture
        self.view = view
        self._owners: Mask = np.zeros(picture.shape[:2], np.uint8)
        self._drawn: list[tuple[str, int, tuple[float, float, float, float], int, int]] = []

    def note(self, label: str, track_id: int, outlines: list[NDArray[np.int32]]) -> None:
        """Something was painted within these outlines, in 16ths of a pixel."""
        points = np.concatenate(outlines) / (1 << _SHIFT)
        x0, y0, x1, y1 = (float(it) for it in (*points.min(0), *points.max(0)))
        height, width = self._owners.shape
        left, top, right, bottom = int(x0), int(y0), int(x1) + 2, int(y1) + 2
        if right <= 0 or bottom <= 0 or left >= width or top >= height or right - left > 4 * width:
            return
        own = np.zeros((bottom - top, right - left), np.uint8)
        moved = [(it - (left << _SHIFT, top << _SHIFT)).astype(np.int32) for it in outlines]
        for outline in moved:
            cv2.fillConvexPoly(own, outline, 1, cv2.LINE_8, _SHIFT)
        number, area = len(self._drawn) + 1, int(own.sum())
        inside = own[max(0, -top) : height - top, max(0, -left) : width - left]
        region = self._owners[max(0, top) : bottom, max(0, left) : right]
        region[inside > 0] = number
        box = (max(0.0, x0), max(0.0, y0), min(float(width), x1), min(float(height), y1))
        self._drawn.append((label, track_id, box, number, area))

    def truth(self) -> tuple[TruthBox, ...]:
        """All that can be seen at least a little."""
        left = np.bincount(self._owners.ravel(), minlength=len(self._drawn) + 1)
        boxes = (
            TruthBox(label, track_id, box, min(1.0, float(left[number]) / max(area, 1)))
            for label, track_id, box, number, area in self._drawn
        )
        return tuple(it for it in boxes if it.visible > 0.02)


def _parts(scene: Scene, moment_s: float, cast: _Cast) -> list[tuple[float, Callable[[], None]]]:
    """(distance, how to draw it) of everything that plays at a moment."""
    parts: list[tuple[float, Callable[[], None]]] = []
    figures = {it.track_id: it.figure_at(moment_s) for it in scene.people}
    for track_id, figure in figures.items():
        if figure is not None:
            parts.append((figure.feet[1], partial(_draw_person, cast, track_id, figure)))
    for thing in scene.things:
        block = _block_of(thing, moment_s, figures)
        if block is not None:
            parts.append((block.foot[1] - 0.02, partial(_draw_thing, cast, thing, block)))
    for car in scene.cars:
        at = car.at(moment_s)
        if at is not None:
            parts.append((at[0][1], partial(_draw_car, cast, car, at)))
    return parts


def _draw_person(cast: _Cast, track_id: int, figure: Figure) -> None:
    x, y, z = figure.feet
    if z < 0.2:
        _cast_shadow(cast, (x, y), 0.34)
    cast.note("person", track_id, draw_figure(cast.picture, figure, cast.view))


def _draw_thing(cast: _Cast, thing: Thing, block: Block) -> None:
    if block.foot[2] < 0.05:
        _cast_shadow(cast, block.foot[:2], 0.7 * max(block.size_m))
    draw = draw_bag if thing.label == "bag" else draw_block
    cast.note(thing.label, thing.track_id, draw(cast.picture, block, cast.view))


def _draw_car(cast: _Cast, car: Drive, at: tuple[Spot, float]) -> None:
    cast.note("vehicle", car.track_id, draw_car(cast.picture, *at, car.colour, cast.view))


def _block_of(thing: Thing, moment_s: float, figures: dict[int, Figure | None]) -> Block | None:
    keeping = thing.keeping_at(moment_s)
    if keeping is None:
        return None
    if keeping.spot is not None:
        return Block((*keeping.spot, 0.0), thing.size_m, thing.colour, 0.4)
    holder = figures.get(keeping.holder or 0)
    if holder is None:
        return None
    return Block(_held_at(thing, holder), thing.size_m, thing.colour, holder.heading)


def _held_at(thing: Thing, holder: Figure) -> Point:
    """A parcel before the chest, a bag hanging from the hand; lower when its holder crouches."""
    x, y, z = holder.feet
    ahead, aside = (0.34, 0.0) if thing.label == "package" else (0.05, -0.3)
    level = 0.6 if thing.label == "package" else 0.36
    level = level * holder.height_m * (1 - 0.75 * holder.pose.crouch) - thing.size_m[2] / 2
    turn = holder.heading
    return (
        x + ahead * sin(turn) + aside * cos(turn),
        y - ahead * cos(turn) + aside * sin(turn),
        z + max(0.02, level),
    )


def _cast_shadow(cast: _Cast, spot: Spot, radius_m: float) -> None:
    """A dark soft spot under what stands on the ground."""
    around = [(-1, 0), (1, 0), (0, -1), (0, 1)]
    ground = np.array([(spot[0] + a * radius_m, spot[1] + b * radius_m, 0) for a, b in around])
    seen = cast.view.project(ground)[:, :2]
    (x0, y0), (x1, y1) = (seen.min(0) - 3).astype(int), (seen.max(0) + 3).astype(int)
    height, width = cast.picture.shape[:2]
    left, top, right, bottom = max(0, x0), max(0, y0), min(width, x1), min(height, y1)
    if right - left < 3 or bottom - top < 3:
        return
    region = cast.picture[top:bottom, left:right]
    shade = np.full(region.shape, 255, np.uint8)
    centre = (int((x0 + x1) / 2 - left), int((y0 + y1) / 2 - top))
    axes = (max(1, (x1 - x0) // 2 - 3), max(1, (y1 - y0) // 2 - 3))
    cv2.ellipse(shade, centre, (int(axes[0]), int(axes[1])), 0, 0, 360, (168, 168, 168), -1)
    soft = cv2.GaussianBlur(shade, (0, 0), max(0.6, float(axes[1]) / 3))
    region[:] = cv2.multiply(region, soft, scale=1 / 255)


def _shine(picture: Pixels, scene: Scene, view: View, moment_s: float) -> Pixels:
    """The glare of headlights that look towards the camera, and the pool before any car."""
    cars = [(car, car.at(moment_s)) for car in scene.cars if car.has_lights]
    lit = [(car, at) for car, at in cars if at is not None and car.moves_at(moment_s)]
    if not lit:
        return picture
    small = (max(8, view.resolution_wh[0] // 8), max(8, view.resolution_wh[1] // 8))
    glow = np.zeros((small[1], small[0]), np.float32)
    for _, (spot, heading) in lit:
        for point, radius_m, power in _lights(spot, heading):
            x, y, scale = view.project(np.array([point]))[0].tolist()
            if -200 < x < view.resolution_wh[0] + 200 and scale < view.focal_px / 0.5:
                radius = max(1, round(radius_m * scale / 8))
                spotted = np.zeros_like(glow)
                cv2.circle(spotted, (round(x / 8), round(y / 8)), radius, power, -1)
                glow += cv2.GaussianBlur(spotted, (0, 0), max(0.8, radius * 0.6))
    light = cv2.resize(glow.clip(0, 255), view.resolution_wh, interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.add(picture, cv2.merge([light.astype(np.uint8)] * 3)), np.uint8)


def _lights(spot: Spot, heading: float) -> list[tuple[Point, float, float]]:
    """(where, radius in metres, brightness): lamps as seen from before, beams on the ground."""
    ahead = (sin(heading), -cos(heading))
    lights = []
    if ahead[1] < -0.1:
        lights += [(lamp, 0.5, 255.0) for lamp in lamps_of(spot, heading)]
    for away_m, radius_m, power in ((4.5, 1.3, 110.0), (8.0, 2.2, 60.0), (12.0, 3.0, 35.0)):
        point = (spot[0] + away_m * ahead[0], spot[1] + away_m * ahead[1], 0.2)
        lights.append((point, radius_m, power))
    return lights
