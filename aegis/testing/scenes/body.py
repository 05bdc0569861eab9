"""A person, drawn: a skeleton in three dimensions, skinned with rounded parts and shaded."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import cos, pi, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.scenes.material import Colour, Pixels
from aegis.testing.scenes.pose import ArmPose, Pose
from aegis.testing.scenes.view import Point, View

Sphere = tuple[Point, float]
_LAYERS = ((1.0, 0.68), (0.76, 0.92), (0.42, 1.1))
_SHIFT = 4
_HIP_Y = 0.515
_RING = np.stack([np.cos(np.arange(12) * pi / 6), np.sin(np.arange(12) * pi / 6)], axis=1)


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wears; RGB. build: width of the body, 1.0 is average."""

    top: Colour
    trousers: Colour
    skin: Colour
    hair: Colour = (34, 28, 24)
    shoes: Colour = (28, 26, 26)
    build: float = 1.0
    has_coat: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A person of this height whose feet stand at `feet`; heading: 0 faces the camera side."""

    look: Look
    pose: Pose
    feet: Point
    heading: float
    height_m: float = 1.74


@dataclass(frozen=True, slots=True)
class Part:
    """The hull around its spheres in one colour; nearer: drawn as if so much nearer."""

    spheres: tuple[Sphere, ...]
    colour: Colour
    nearer: float = 0.0


def draw_figure(picture: Pixels, figure: Figure, view: View) -> list[NDArray[np.int32]]:
    """Paint somebody onto (H, W, 3); returns the outlines painted, in 16ths of a pixel."""
    parts = _build(figure.look, figure.pose)
    points = np.array([point for part in parts for point, _ in part.spheres])
    radii = np.array([radius for part in parts for _, radius in part.spheres])
    world = _place(points, radii, figure)
    seen = view.project(world)
    centres, sizes = seen[:, :2], radii * figure.height_m * seen[:, 2]
    depth = ((world - (0, 0, view.height_m)) @ view.axes[2]) / figure.height_m
    order, start = [], 0
    for part in parts:
        rows = slice(start, start + len(part.spheres))
        order.append((float(depth[rows].mean()) - part.nearer, rows, part.colour))
        start = rows.stop
    return [
        _paint(picture, centres[rows], sizes[rows], colour)
        for _, rows, colour in sorted(order, key=lambda it: -it[0])
    ]


def _place(
    points: NDArray[np.float64], radii: NDArray[np.float64], figure: Figure
) -> NDArray[np.float64]:
    """From body heights, x to the own left, y up, z forward, to metres in the world."""
    body = points
    if figure.pose.fallen:
        turn = figure.pose.fallen * 1.45
        up, forward = body[:, 1], body[:, 2]
        body = np.stack(
            [
                body[:, 0],
                up * cos(turn) - forward * sin(turn),
                forward * cos(turn) + up * sin(turn),
            ],
            axis=1,
        )
    body = body - (0, float((body[:, 1] - radii).min()), 0)
    left = np.array([cos(figure.heading), sin(figure.heading), 0])
    ahead = np.array([sin(figure.heading), -cos(figure.heading), 0])
    axes = np.stack([left, (0, 0, 1), ahead])
    return np.asarray(np.array(figure.feet) + figure.height_m * body @ axes)


def _build(look: Look, pose: Pose) -> list[Part]:
    parts = [*_leg(look, pose, 1), *_leg(look, pose, -1), *_arm(look, pose, 1)]
    return [*parts, *_arm(look, pose, -1), *_trunk(look, pose), *_head(look, pose)]


def _leg(look: Look, pose: Pose, side: int) -> Iterator[Part]:
    thigh, bend = _leg_angles(pose, side)
    hip = (side * 0.055, _HIP_Y, 0.0)
    knee = _hang(hip, thigh, 0.245)
    ankle = _hang(knee, thigh - bend, 0.235)
    heel = (ankle[0], ankle[1] - 0.012, ankle[2] - 0.02)
    toe = (ankle[0] + side * 0.015, ankle[1] - 0.02, ankle[2] + 0.095)
    wide = look.build
    yield Part(((heel, 0.026), (toe, 0.02)), look.shoes)
    yield Part(((knee, 0.04 * wide), (ankle, 0.03 * wide)), look.trousers)
    yield Part(((hip, 0.066 * wide), (knee, 0.043 * wide)), look.trousers)


def _leg_angles(pose: Pose, side: int) -> tuple[float, float]:
    """Of the thigh, forward, and of the knee."""
    phase = pose.phase + (0 if side > 0 else pi)
    if pose.climb:
        pull = max(0.0, sin(phase))
        return 1.2 * pull, 0.2 + 1.5 * pull
    swing, lift = sin(phase), max(0.0, cos(phase)) ** 1.5
    thigh = pose.stride * ((0.46 + 0.3 * pose.run) * swing + 0.12 * pose.run)
    bend = 0.06 + pose.stride * (0.85 + 0.6 * pose.run) * lift + 0.25 * pose.run
    thigh, bend = thigh + 1.75 * pose.crouch, bend + 2.3 * pose.crouch
    if side < 0 and pose.kick:
        return thigh + 1.3 * pose.kick, bend * (1 - pose.kick)
    return thigh, bend


def _arm(look: Look, pose: Pose, side: int) -> Iterator[Part]:
    shoulder = _shoulder(look, pose, side)
    elbow, wrist, hand = _arm_points(pose, shoulder, side)
    yield Part(((hand, 0.024), (wrist, 0.02)), look.skin)
    yield Part(((elbow, 0.03), (wrist, 0.024)), look.top)
    yield Part(((shoulder, 0.042), (elbow, 0.032)), look.top)


def _shoulder(look: Look, pose: Pose, side: int) -> Point:
    return _lean((side * 0.112 * look.build, 0.785, 0.0), pose)


def _arm_points(pose: Pose, shoulder: Point, side: int) -> tuple[Point, Point, Point]:
    held = pose.arms[0 if side > 0 else 1] or _swinging(pose, side)
    elbow = _hang(shoulder, held.swing, 0.17, side * held.out)
    wrist = _hang(elbow, held.swing + held.bend, 0.14, -side * 0.004)
    return elbow, wrist, _hang(wrist, held.swing + held.bend + 0.08, 0.035)


def _swinging(pose: Pose, side: int) -> ArmPose:
    swing = -0.42 * pose.stride * sin(pose.phase + (0 if side > 0 else pi))
    return ArmPose(swing, 0.22 + 0.25 * pose.stride)


def _trunk(look: Look, pose: Pose) -> Iterator[Part]:
    wide = look.build
    hem = 0.42 if look.has_coat else 0.53
    spheres = [((0.0, 0.73, 0.012), 0.086 * wide), ((0.0, 0.62, 0.01), 0.078 * wide)]
    for side in (1, -1):
        spheres.append(((side * 0.085 * wide, 0.793, 0.0), 0.04))
        spheres.append(((side * 0.03, 0.825, 0.0), 0.03))
        spheres.append(((side * 0.045 * wide, hem, 0.0), 0.068 * wide))
    yield Part((((0.0, 0.51, 0.0), 0.085 * wide),), look.trousers)
    leaned = tuple((_lean(point, pose), radius) for point, radius in spheres)
    yield Part(leaned, look.top, nearer=0.065)
    neck = (((0.0, 0.83, 0.0), 0.034), ((0.0, 0.88, 0.01), 0.03))
    yield Part(tuple((_lean(point, pose), radius) for point, radius in neck), look.skin)


def _head(look: Look, pose: Pose) -> Iterator[Part]:
    face = (((0.0, 0.945, 0.0), 0.056), ((0.0, 0.905, 0.018), 0.042))
    hair = (((0.0, 0.957, -0.016), 0.058), ((0.0, 0.915, -0.03), 0.046))
    yield Part(tuple((_lean(point, pose), radius) for point, radius in face), look.skin)
    yield Part(tuple((_lean(point, pose), radius) for point, radius in hair), look.hair)


def _lean(point: Point, pose: Pose) -> Point:
    """Turned forward about the hips by the lean of the trunk."""
    x, y, z = point
    up = y - _HIP_Y
    return (
        x,
        _HIP_Y + up * cos(pose.lean) - z * sin(pose.lean),
        z * cos(pose.lean) + up * sin(pose.lean),
    )


def _hang(start: Point, angle: float, length: float, outwards: float = 0.0) -> Point:
    """The end of a bone; angle: from straight down, forward is positive, radians."""
    return (start[0] + outwards, start[1] - length * cos(angle), start[2] + length * sin(angle))


def _paint(
    picture: Pixels, centres: NDArray[np.float64], sizes: NDArray[np.float64], colour: Colour
) -> NDArray[np.int32]:
    """Hulls, each smaller and lighter and nearer to the light, round the part off."""
    layers = _LAYERS if float(sizes.max()) > 3 else _LAYERS[1:2]
    outline = _hull(centres, sizes, 1.0)
    for shrink, light in layers:
        hull = outline if shrink == 1.0 or len(layers) == 1 else _hull(centres, sizes, shrink)
        tone = [min(255, int(channel * light)) for channel in colour]
        cv2.fillConvexPoly(picture, hull, tone, cv2.LINE_AA, _SHIFT)
    return outline


def _hull(
    centres: NDArray[np.float64], sizes: NDArray[np.float64], shrink: float
) -> NDArray[np.int32]:
    towards_light = -0.3 * (1 - shrink) * sizes[:, None]
    rings = (centres + towards_light)[:, None] + _RING * (sizes * shrink)[:, None, None]
    points = (rings.reshape(-1, 2) * (1 << _SHIFT)).round().astype(np.int32)
    return np.asarray(cv2.convexHull(points)[:, 0], np.int32)
