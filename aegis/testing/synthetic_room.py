"""An empty room as a camera under its ceiling sees it, with a marked area on the floor."""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

FLOOR_TOP = 0.42
"""Where the floor meets the far wall, as a fraction of the picture's height."""
VANISHING_Y = -0.12
"""Height at which the floor's lines would meet; above the picture."""
MARKED_AREA = ((0.36, 0.60), (0.78, 0.60), (0.90, 0.97), (0.26, 0.97))
"""The painted area's corners, (x, y) as fractions of width and height."""

_WALL = (186, 184, 178)
_FLOOR = (142, 132, 118)
_PAINT = (214, 178, 62)
_BOARDS = 26


def render_room(size: tuple[int, int], random: np.random.Generator) -> Pixels:
    """(H, W, 3) RGB of the room, for a size of (width, height)."""
    width, height = size
    room = np.empty((height, width, 3), np.float32)
    top = round(FLOOR_TOP * height)
    room[:top] = _WALL
    room[top:] = _FLOOR
    _lay_boards(room, top, random)
    _paint_area(room)
    _furnish(room, top)
    return _light(room, top, random)


def _lay_boards(room: NDArray[np.float32], top: int, random: np.random.Generator) -> None:
    """Boards run away from the camera, each a little different, with dark joints."""
    height, width = room.shape[:2]
    spread = (1 - VANISHING_Y) / (FLOOR_TOP - VANISHING_Y)
    edges = np.linspace(-spread, spread, _BOARDS + 1)
    for left, right in pairwise(edges):
        tone = np.array(_FLOOR) * random.uniform(0.88, 1.1)
        far = [(0.5 + side / spread) * width for side in (left, right)]
        near = [(0.5 + side) * width for side in (right, left)]
        board = np.array([[far[0], top], [far[1], top], [near[0], height], [near[1], height]])
        cv2.fillConvexPoly(room, board.astype(np.int32), tone.tolist())
        cv2.line(
            room,
            (int(far[0]), top),
            (int(near[1]), height),
            (np.array(_FLOOR) * 0.72).tolist(),
            1,
            cv2.LINE_AA,
        )


def _paint_area(room: NDArray[np.float32]) -> None:
    height, width = room.shape[:2]
    corners = (np.array(MARKED_AREA) * (width, height)).astype(np.int32)
    painted = room.copy()
    cv2.polylines(painted, [corners], isClosed=True, color=_PAINT, thickness=max(3, width // 140))
    cv2.addWeighted(painted, 0.75, room, 0.25, 0, room)


def _furnish(room: NDArray[np.float32], top: int) -> None:
    """A skirting board, a door, a window, a shelf: edges that are no people."""
    height, width = room.shape[:2]

    def box(x0: float, y0: float, x1: float, y1: float, colour: tuple[int, int, int]) -> None:
        corners = (int(x0 * width), int(y0 * height)), (int(x1 * width), int(y1 * height))
        cv2.rectangle(room, corners[0], corners[1], colour, -1)

    cv2.rectangle(room, (0, top - height // 60), (width, top), (92, 84, 76), -1)
    box(0.80, 0.04, 0.90, FLOOR_TOP, (116, 98, 80))
    box(0.808, 0.055, 0.892, FLOOR_TOP, (134, 114, 94))
    box(0.815, 0.24, 0.822, 0.265, (60, 58, 56))
    box(0.12, 0.0, 0.30, 0.20, (110, 112, 112))
    box(0.128, 0.0, 0.292, 0.188, (206, 214, 222))
    box(0.206, 0.0, 0.212, 0.188, (110, 112, 112))
    box(0.00, 0.22, 0.10, 0.50, (104, 92, 78))
    for shelf in range(3):
        box(0.006, 0.235 + 0.085 * shelf, 0.094, 0.30 + 0.085 * shelf, (66, 60, 54))
        box(0.015, 0.25 + 0.085 * shelf, 0.05, 0.30 + 0.085 * shelf, (128, 120, 104))


def _light(room: NDArray[np.float32], top: int, random: np.random.Generator) -> Pixels:
    """Lamps are brighter in the middle; plaster and wood have a grain."""
    height, width = room.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    lamp = np.exp(-(((x / width - 0.5) / 0.7) ** 2) - (((y / height - 0.45) / 0.8) ** 2))
    coarse = random.normal(0, 1, (height // 24 + 2, width // 24 + 2)).astype(np.float32)
    blotches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    grain = random.normal(0, 1, (height, width)).astype(np.float32)
    grain[top:] = cv2.GaussianBlur(grain[top:], (0, 0), sigmaX=0.7, sigmaY=4) * 3
    shade = (0.7 + 0.36 * lamp) * (1 + 0.018 * blotches + 0.012 * grain)
    return np.asarray((room * shade[:, :, None]).clip(0, 255), np.uint8)
