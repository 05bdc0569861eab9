"""Things with corners, drawn: parcels, bags, cars."""

from dataclasses import dataclass
from math import cos, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.testing.scenes.material import Colour, Pixels
from aegis.testing.scenes.view import Point, View

_SHIFT = 4
_FACES = ((0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7))
_LIGHT = (0.74, 0.88, 0.7, 0.82, 1.12)


@dataclass(frozen=True, slots=True)
class Block:
    """A box: its middle above `foot`, sides across, along and up in metres.

    heading: the direction it faces, as a person's; narrowing: share by which its top is shorter.
    """

    foot: Point
    size_m: tuple[float, float, float]
    colour: Colour
    heading: float = 0.0
    narrowing: float = 0.0


def draw_block(picture: Pixels, block: Block, view: View) -> list[NDArray[np.int32]]:
    """Paint the faces that the camera sees; returns the outline, in 16ths of a pixel."""
    corners = _corners(block)
    seen = (view.project(corners)[:, :2] * (1 << _SHIFT)).round().astype(np.int32)
    middle = corners.mean(axis=0)
    camera = np.array([0, 0, view.height_m])
    for face, light in zip(_FACES, _LIGHT, strict=True):
        flat = corners[list(face)]
        outwards = np.cross(flat[1] - flat[0], flat[3] - flat[0])
        outwards = outwards * np.sign(outwards @ (flat.mean(axis=0) - middle) or 1.0)
        if outwards @ (camera - flat.mean(axis=0)) > 0:
            tone = [min(255, int(channel * light)) for channel in block.colour]
            cv2.fillConvexPoly(picture, seen[list(face)], tone, cv2.LINE_AA, _SHIFT)
    return [np.asarray(cv2.convexHull(seen)[:, 0], np.int32)]


def draw_bag(picture: Pixels, block: Block, view: View) -> list[NDArray[np.int32]]:
    """A block that is soft at the top, with a handle."""
    outline = draw_block(picture, block, view)
    x, y, z = block.foot
    top = z + block.size_m[2]
    left, up, right = (
        view.project(np.array([[x - 0.08, y, top], [x, y, top + 0.14], [x + 0.08, y, top]]))[:, :2]
        .round()
        .astype(int)
        .tolist()
    )
    dark = [int(channel * 0.6) for channel in block.colour]
    cv2.polylines(picture, [np.array([left, up, right])], isClosed=False, color=dark, thickness=1)
    return outline


def draw_car(
    picture: Pixels, spot: tuple[float, float], heading: float, colour: Colour, view: View
) -> list[NDArray[np.int32]]:
    """A saloon of 4.3 x 1.8 m that faces along its heading, on four wheels."""
    x, y = spot
    shadow = Block((x, y, 0.0), (1.9, 4.4, 0.22), (34, 34, 36), heading)
    outlines = draw_block(picture, shadow, view)
    outlines += draw_block(picture, Block((x, y, 0.22), (1.8, 4.3, 0.62), colour, heading), view)
    _draw_wheels(picture, spot, heading, view)
    back = (x - 0.25 * sin(heading), y + 0.25 * cos(heading), 0.84)
    glass = Block(back, (1.6, 2.5, 0.44), (58, 66, 76), heading, narrowing=0.35)
    outlines += draw_block(picture, glass, view)
    roof = Block((back[0], back[1], 1.28), (1.45, 1.6, 0.1), colour, heading)
    outlines += draw_block(picture, roof, view)
    _draw_lamps(picture, spot, heading, view)
    return outlines


def lamps_of(spot: tuple[float, float], heading: float) -> list[Point]:
    """Where a car's two headlights are."""
    ahead, left = _axes(heading)
    return [
        (
            spot[0] + 2.17 * ahead[0] + side * left[0],
            spot[1] + 2.17 * ahead[1] + side * left[1],
            0.62,
        )
        for side in (-0.62, 0.62)
    ]


def _draw_lamps(picture: Pixels, spot: tuple[float, float], heading: float, view: View) -> None:
    ahead, _ = _axes(heading)
    if ahead[1] > 0.2:
        return
    for lamp in lamps_of(spot, heading):
        u, v, scale = view.project(np.array([lamp]))[0].tolist()
        at = (round(u), round(v))
        cv2.circle(picture, at, max(1, round(0.11 * scale)), (236, 236, 228), -1, cv2.LINE_AA)


def _draw_wheels(picture: Pixels, spot: tuple[float, float], heading: float, view: View) -> None:
    """The two wheels of the side that is turned to the camera, if it is seen at all."""
    ahead, left = _axes(heading)
    side = -1.0 if left[1] > 0 else 1.0
    if abs(left[1]) < 0.35:
        return
    for along in (-1.3, 1.3):
        centre = np.array([*spot, 0.33]) + along * ahead + side * 0.91 * left
        turn = np.arange(16) * np.pi / 8
        rim = centre + 0.33 * (
            np.cos(turn)[:, None] * ahead + np.sin(turn)[:, None] * np.array([0, 0, 1.0])
        )
        points = (view.project(rim)[:, :2] * (1 << _SHIFT)).round().astype(np.int32)
        cv2.fillConvexPoly(picture, points, (26, 26, 28), cv2.LINE_AA, _SHIFT)


def _corners(block: Block) -> NDArray[np.float64]:
    """Four below and four above, in order around."""
    ahead, left = _axes(block.heading)
    across, along, up = block.size_m
    corners = []
    for level, shrink in ((0.0, 1.0), (up, 1.0 - block.narrowing)):
        for side, front in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            offset = side * across / 2 * left + front * along / 2 * shrink * ahead
            corners.append(np.array(block.foot) + offset + (0, 0, level))
    return np.array(corners)


def _axes(heading: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ahead and to the left."""
    return (
        np.array([sin(heading), -cos(heading), 0.0]),
        np.array([cos(heading), sin(heading), 0.0]),
    )
