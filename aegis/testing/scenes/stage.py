"""A place without anybody in it: ground, walls, doors, furniture."""

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.scenes.material import Colour, Material, make_texture
from aegis.testing.scenes.view import Spot, View

Pixels = NDArray[np.uint8]
_SKY: Colour = (196, 204, 214)
_GROUND_M = (-16.0, 1.0, 16.0, 34.0)


@dataclass(frozen=True, slots=True)
class Wall:
    """Stands on the ground from one spot to the other, seen from its front."""

    start: Spot
    end: Spot
    height_m: float = 3.2
    material: Material = "plaster"


@dataclass(frozen=True, slots=True)
class Door:
    """In the plane y = `spot[1]`, its middle at `spot`; glass shows the light behind it."""

    spot: Spot
    width_m: float = 1.0
    height_m: float = 2.1
    colour: Colour = (110, 92, 74)
    is_lift: bool = False


@dataclass(frozen=True, slots=True)
class Marking:
    """A line painted on the ground."""

    start: Spot
    end: Spot
    width_m: float = 0.12
    colour: Colour = (214, 212, 200)


@dataclass(frozen=True, slots=True)
class Fence:
    """Bars between two spots."""

    start: Spot
    end: Spot
    height_m: float = 2.0


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that stands still; is_indoors: a ceiling instead of the sky."""

    ground: Material
    walls: tuple[Wall, ...] = ()
    doors: tuple[Door, ...] = ()
    windows: tuple[Door, ...] = ()
    markings: tuple[Marking, ...] = ()
    fences: tuple[Fence, ...] = ()
    is_indoors: bool = False
    seed: int = field(default=0)


def paint_stage(stage: Stage, view: View) -> Pixels:
    """(H, W, 3) RGB of the empty place in even light; the same for the same stage."""
    random = np.random.default_rng(stage.seed)
    width, height = view.resolution_wh
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = (150, 150, 148) if stage.is_indoors else _SKY
    _lay_ground(picture, stage, view, random)
    for marking in stage.markings:
        _draw_marking(picture, marking, view)
    for wall in sorted(stage.walls, key=lambda it: -(it.start[1] + it.end[1])):
        _raise_wall(picture, wall, view, random)
    for window in stage.windows:
        draw_panel(picture, window, view, (88, 100, 112), sill_m=0.9)
    for door in stage.doors:
        draw_door(picture, door, view, opened=0.0)
    for fence in stage.fences:
        _draw_fence(picture, fence, view)
    return picture


def draw_door(picture: Pixels, door: Door, view: View, opened: float) -> None:
    """The door at this share of its opening; a lift's halves slide, others swing inwards."""
    frame = tuple(int(channel * 0.6) for channel in door.colour)
    draw_panel(picture, door, view, (frame[0], frame[1], frame[2]), grow_m=0.08)
    inside = (206, 204, 192) if door.is_lift else (58, 56, 54)
    draw_panel(picture, door, view, inside)
    left, right = door.spot[0] - door.width_m / 2, door.spot[0] + door.width_m / 2
    if door.is_lift:
        half = door.width_m / 2 * (1 - opened)
        leaves = [(left, left + half), (right - half, right)]
    else:
        leaves = [(left, left + door.width_m * (1 - 0.75 * opened))]
    for start, end in leaves:
        if end - start > 0.02:
            leaf = Door(((start + end) / 2, door.spot[1]), end - start, door.height_m, door.colour)
            draw_panel(picture, leaf, view, door.colour)
    if not door.is_lift:
        x, y, scale = view.project(np.array([[right - 0.12, door.spot[1], 1.05]]))[0].tolist()
        cv2.circle(picture, (round(x), round(y)), max(1, round(0.05 * scale)), (40, 40, 42), -1)


def draw_panel(
    picture: Pixels,
    door: Door,
    view: View,
    colour: Colour,
    sill_m: float = 0.0,
    grow_m: float = 0.0,
) -> None:
    """An upright rectangle in one colour, a little brighter above."""
    half = door.width_m / 2 + grow_m
    x, y = door.spot
    low, high = sill_m, door.height_m + grow_m
    for share, light in ((1.0, 0.92), (0.5, 1.04)):
        bottom = high - (high - low) * share
        corners = [(x - half, y, bottom), (x + half, y, bottom), (x + half, y, high)]
        quad = view.project(np.array([*corners, (x - half, y, high)]))[:, :2]
        tone = tuple(min(255, int(channel * light)) for channel in colour)
        cv2.fillConvexPoly(picture, quad.round().astype(np.int32), tone, cv2.LINE_AA)


def _lay_ground(picture: Pixels, stage: Stage, view: View, random: np.random.Generator) -> None:
    x0, y0, x1, y1 = _GROUND_M
    texture = make_texture(stage.ground, (x1 - x0, y1 - y0), random)
    corners = np.array([(x0, y1, 0), (x1, y1, 0), (x1, y0, 0), (x0, y0, 0)], float)
    _warp(picture, texture, corners, view)


def _raise_wall(picture: Pixels, wall: Wall, view: View, random: np.random.Generator) -> None:
    (x0, y0), (x1, y1) = wall.start, wall.end
    length = float(np.hypot(x1 - x0, y1 - y0))
    texture = make_texture(wall.material, (length, wall.height_m), random)
    rows = max(1, texture.shape[0] // 22)
    texture[-rows:] = (texture[-rows:] * 0.55).astype(np.uint8)
    shade = 1.0 if abs(y1 - y0) < abs(x1 - x0) else 0.86
    top = wall.height_m
    corners = np.array([(x0, y0, top), (x1, y1, top), (x1, y1, 0), (x0, y0, 0)], float)
    _warp(picture, (texture * shade).astype(np.uint8), corners, view)


def _warp(picture: Pixels, texture: Pixels, corners: NDArray[np.float64], view: View) -> None:
    """Lay a texture over a flat rectangle of the world, its upper left corner first."""
    rows, columns = texture.shape[:2]
    over = (corners[1] - corners[0]) / columns
    along = (corners[3] - corners[0]) / rows
    rays = view.rays()
    camera = np.array([0, 0, view.height_m])
    normal = np.cross(over, along)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = normal @ (corners[0] - camera) / (rays @ normal)
    # A ray along the rectangle never reaches it.
    distance[~np.isfinite(distance)] = -1.0
    reached = camera - corners[0] + rays * distance[:, :, None]
    across, down = reached @ over / (over @ over), reached @ along / (along @ along)
    inside = (distance > 0) & (across >= 0) & (across < columns) & (down >= 0) & (down < rows)
    across, down = (np.where(inside, it, 0).astype(np.float32) for it in (across, down))
    laid = cv2.remap(texture, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    picture[inside] = laid[inside]


def _draw_marking(picture: Pixels, marking: Marking, view: View) -> None:
    start, end = np.array(marking.start), np.array(marking.end)
    across = (end - start)[::-1] * (1, -1)
    across = across / np.hypot(*across) * marking.width_m / 2
    ground = [start - across, start + across, end + across, end - across]
    quad = view.project(np.array([[*spot, 0.0] for spot in ground]))[:, :2]
    cv2.fillConvexPoly(picture, quad.round().astype(np.int32), marking.colour, cv2.LINE_AA)


def _draw_fence(picture: Pixels, fence: Fence, view: View) -> None:
    start, end = np.array([*fence.start, 0.0]), np.array([*fence.end, 0.0])
    length = float(np.hypot(*(end - start)[:2]))
    up = np.array([0, 0, fence.height_m])
    posts = [start + (end - start) * share for share in np.linspace(0, 1, int(length / 0.14))]
    for number, foot in enumerate(posts):
        ends = view.project(np.stack([foot, foot + up]))
        thick = max(1, round((0.06 if number % 18 == 0 else 0.018) * float(ends[0, 2])))
        points = ends[:, :2].round().astype(int).tolist()
        cv2.line(picture, points[0], points[1], (66, 68, 70), thick, cv2.LINE_AA)
    for level in (0.1, 0.55, 1.0):
        rail = view.project(np.stack([start + up * level, end + up * level]))
        points = rail[:, :2].round().astype(int).tolist()
        thick = max(1, round(0.04 * float(rail[:, 2].mean())))
        cv2.line(picture, points[0], points[1], (74, 76, 78), thick, cv2.LINE_AA)
