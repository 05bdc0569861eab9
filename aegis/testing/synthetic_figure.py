"""A walking person, drawn: a skeleton of spheres in three dimensions, skinned and shaded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Colour = tuple[int, int, int]
Point = tuple[float, float, float]
"""x to the person's left, y up, z forward; in body heights, the ground at y = 0."""
Sphere = tuple[Point, float]

_SUPERSAMPLING = 3
_TILT = 0.22
_FEET_AT = 0.94
_LAYERS = ((1.0, 0.66), (0.8, 0.9), (0.5, 1.1))


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wears; RGB. build: width of the body, 1.0 is average."""

    top: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    shoes: Colour
    build: float = 1.0
    has_coat: bool = False


@dataclass(frozen=True, slots=True)
class Pose:
    """heading: radians, 0 faces the camera, pi / 2 walks to the right of the picture.

    phase: of the walk, 2 pi is two steps; stride: 0 stands, 1 walks.
    """

    heading: float
    phase: float = 0.0
    stride: float = 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of body or clothing: the hull around its spheres, in one colour.

    nearer: counts as that much nearer to the camera, as a shirt lies over the trousers.
    """

    spheres: tuple[Sphere, ...]
    colour: Colour
    nearer: float = 0.0


@dataclass(frozen=True, slots=True)
class Drawn:
    """xyxy: corners of the part inside the picture, pixels; visible: its share of the body."""

    xyxy: tuple[float, float, float, float]
    visible: float


def build_figure(look: Look, pose: Pose) -> list[Part]:
    """All parts of a body of height 1 that stands on the ground, in no order."""
    parts = [*_leg(look, pose, 1), *_leg(look, pose, -1), *_arm(look, pose, 1)]
    parts += [*_arm(look, pose, -1), *_trunk(look), *_head(look)]
    lowest = min(point[1] - radius for part in parts for point, radius in part.spheres)
    return [_moved(part, -lowest) for part in parts]


def draw_figure(
    canvas: Pixels, look: Look, pose: Pose, foot_xy: tuple[float, float], height: float
) -> Drawn | None:
    """Paint a person of `height` pixels onto (H, W, 3) `canvas`; None when beside the picture."""
    rgb, alpha = _render(build_figure(look, pose), pose.heading, height)
    left, top = foot_xy[0] - alpha.shape[1] / 2, foot_xy[1] - alpha.shape[0] * _FEET_AT
    to_canvas = np.array([[1, 0, left], [0, 1, top]], np.float32)
    size = (canvas.shape[1], canvas.shape[0])
    opacity = np.asarray(cv2.warpAffine(alpha, to_canvas, size), np.float32)
    rows, columns = np.flatnonzero(opacity.max(1) > 0.5), np.flatnonzero(opacity.max(0) > 0.5)
    if not len(rows):
        return None
    paint = cv2.warpAffine(rgb, to_canvas, size).astype(np.float32)
    canvas[:] = (canvas + (paint - canvas) * opacity[:, :, None]).astype(np.uint8)
    box = (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)
    x0, y0, x1, y1 = map(float, box)
    return Drawn((x0, y0, x1, y1), min(1.0, float(opacity.sum() / alpha.sum())))


def _leg(look: Look, pose: Pose, side: int) -> Iterator[Part]:
    phase = pose.phase + (0 if side > 0 else pi)
    thigh = 0.46 * pose.stride * sin(phase)
    bend = 0.06 + 0.85 * pose.stride * max(0.0, cos(phase)) ** 1.5
    hip = (side * 0.055, 0.515, 0.0)
    knee = _hang(hip, thigh, 0.245)
    ankle = _hang(knee, thigh - bend, 0.235)
    toe_lift = 0.35 * pose.stride * sin(phase)
    heel = (ankle[0], ankle[1] - 0.012, ankle[2] - 0.02)
    toe = (ankle[0] + side * 0.015, ankle[1] - 0.02 + 0.1 * toe_lift, ankle[2] + 0.095)
    wide = look.build
    yield Part(((heel, 0.026), (toe, 0.02)), look.shoes)
    yield Part(((knee, 0.04 * wide), (ankle, 0.03 * wide)), look.trousers)
    yield Part(((hip, 0.066 * wide), (knee, 0.043 * wide)), look.trousers)


def _arm(look: Look, pose: Pose, side: int) -> Iterator[Part]:
    swing = -0.42 * pose.stride * sin(pose.phase + (0 if side > 0 else pi))
    shoulder = (side * 0.112 * look.build, 0.785, 0.0)
    elbow = _hang(shoulder, swing, 0.17, side * 0.035)
    wrist = _hang(elbow, swing + 0.22 + 0.25 * pose.stride, 0.14, -side * 0.004)
    hand = _hang(wrist, swing + 0.3, 0.035)
    yield Part(((hand, 0.024), (wrist, 0.02)), look.skin)
    yield Part(((elbow, 0.03), (wrist, 0.024)), look.top)
    yield Part(((shoulder, 0.042), (elbow, 0.032)), look.top)


def _trunk(look: Look) -> Iterator[Part]:
    wide = look.build
    hem = 0.42 if look.has_coat else 0.53
    spheres = [((0.0, 0.73, 0.012), 0.086 * wide), ((0.0, 0.62, 0.01), 0.078 * wide)]
    for side in (1, -1):
        spheres.append(((side * 0.085 * wide, 0.793, 0.0), 0.04))
        spheres.append(((side * 0.03, 0.825, 0.0), 0.03))
        spheres.append(((side * 0.045 * wide, hem, 0.0), 0.068 * wide))
    yield Part((((0.0, 0.51, 0.0), 0.085 * wide),), look.trousers)
    yield Part(tuple(spheres), look.top, nearer=0.065)
    yield Part((((0.0, 0.83, 0.0), 0.034), ((0.0, 0.88, 0.01), 0.03)), look.skin)


def _head(look: Look) -> Iterator[Part]:
    yield Part((((0.0, 0.945, 0.0), 0.056), ((0.0, 0.905, 0.018), 0.042)), look.skin)
    yield Part((((0.0, 0.957, -0.016), 0.058), ((0.0, 0.915, -0.03), 0.046)), look.hair)


def _hang(start: Point, angle: float, length: float, outwards: float = 0.0) -> Point:
    """The end of a bone; angle: from straight down, forward is positive, radians."""
    return (start[0] + outwards, start[1] - length * cos(angle), start[2] + length * sin(angle))


def _moved(part: Part, up: float) -> Part:
    lifted = (((point[0], point[1] + up, point[2]), radius) for point, radius in part.spheres)
    return replace(part, spheres=tuple(lifted))


def _render(parts: list[Part], heading: float, height: float) -> tuple[Pixels, NDArray[np.float32]]:
    """RGB and opacity of a tile in which the feet stand at the middle, 94 % down."""
    scale = height * _SUPERSAMPLING
    rows, columns = int(scale * 1.16), int(scale * 0.9)
    rgb = np.zeros((rows, columns, 3), np.uint8)
    alpha = np.zeros((rows, columns), np.uint8)
    origin = np.array([columns / 2, rows * _FEET_AT])
    for part in sorted(parts, key=lambda it: _nearness(it, heading)):
        _paint(rgb, alpha, part, heading, scale, origin)
    soft = cv2.GaussianBlur(rgb, (0, 0), scale * 0.006)
    small = (max(1, columns // _SUPERSAMPLING), max(1, rows // _SUPERSAMPLING))
    return (
        np.asarray(cv2.resize(soft, small, interpolation=cv2.INTER_AREA), np.uint8),
        np.asarray(cv2.resize(alpha, small, interpolation=cv2.INTER_AREA) / 255, np.float32),
    )


def _nearness(part: Part, heading: float) -> float:
    depths = [_project(point, heading)[2] for point, _ in part.spheres]
    return float(np.mean(depths)) + part.nearer


def _project(point: Point, heading: float) -> Point:
    """Right, up and towards a camera that looks down a little."""
    x, y, z = point
    right, near = x * cos(heading) + z * sin(heading), z * cos(heading) - x * sin(heading)
    return right, y * cos(_TILT) - near * sin(_TILT), near * cos(_TILT) + y * sin(_TILT) * 0.05


def _paint(
    rgb: Pixels,
    alpha: NDArray[np.uint8],
    part: Part,
    heading: float,
    scale: float,
    origin: NDArray[np.float64],
) -> None:
    """Three hulls, each smaller and lighter and nearer to the light, round the part off."""
    for shrink, light in _LAYERS:
        outline = [_circle(it, heading, scale, origin, shrink) for it in part.spheres]
        hull = cv2.convexHull(np.concatenate(outline).astype(np.int32))
        colour = tuple(int(min(255, channel * light)) for channel in part.colour)
        cv2.fillConvexPoly(rgb, hull, colour)
        if shrink == 1.0:
            cv2.fillConvexPoly(alpha, hull, (255,))


def _circle(
    sphere: Sphere, heading: float, scale: float, origin: NDArray[np.float64], shrink: float
) -> NDArray[np.float64]:
    point, radius = sphere
    right, up, _ = _project(point, heading)
    turn = np.linspace(0, 2 * pi, 24, endpoint=False)
    towards_light = -0.3 * (1 - shrink) * radius
    ring = radius * shrink * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    centre = np.array([right + towards_light, -up + towards_light])
    return np.asarray(origin + (centre + ring) * scale)
