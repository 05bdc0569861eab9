"""Who crossed which line, which way, and how close behind whom."""

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from aegis.domain.site import Tripwire, WireKind

Direction = Literal["forward", "backward"]

_CLEAR = 0.01
"""How far from a line, in fractions of the picture, feet are clearly on one side of it."""

_PARALLEL = 1e-12
_ROUNDING = 1e-9
_TRAFFIC_S = 30.0
_TRAFFIC_LENGTH = 16


class Passage(NamedTuple):
    """One crossing; behind_s: since somebody else went the same way, if lately."""

    wire: str
    kind: WireKind
    direction: Direction
    counts: bool
    at_s: float
    behind_s: float | None


class WireMap:
    """The tripwires of one camera; points are fractions of width and height."""

    def __init__(self, tripwires: Sequence[Tripwire]) -> None:
        self._wires = tuple(tripwires)
        lines = [np.array(wire.line, np.float64) for wire in tripwires]
        self._edges = [
            (*(line.min(axis=0) - _ROUNDING).tolist(), *(line.max(axis=0) + _ROUNDING).tolist())
            for line in lines
        ]
        segments = np.array([len(line) - 1 for line in lines], np.int64)
        self._first = np.cumsum(segments) - segments
        self._start = np.concatenate([np.empty((0, 2)), *(line[:-1] for line in lines)])
        self._edge = np.concatenate([np.empty((0, 2)), *(np.diff(it, axis=0) for it in lines)])

    def __len__(self) -> int:
        return len(self._wires)

    def distances(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """From each of these points (N, 2) to each line: (N, lines)."""
        if not self._wires:
            return np.empty((len(points), 0))
        squares = _squares(self._start, self._edge, points)
        return np.asarray(np.sqrt(np.minimum.reduceat(squares, self._first, axis=1)), np.float64)

    def crossed(
        self, index: int, before: tuple[float, float], now: tuple[float, float]
    ) -> Direction | None:
        """Which way a walk from one point straight to another crosses a line, if it does."""
        left, above, right, below = self._edges[index]
        (x0, y0), (x1, y1) = before, now
        is_beside = (x0 < left and x1 < left) or (x0 > right and x1 > right)
        if is_beside or (y0 < above and y1 < above) or (y0 > below and y1 > below):
            return None
        return _crossing(self._wires[index].line, before, now)

    def wire(self, index: int) -> Tripwire:
        """The tripwire in this column of `distances`."""
        return self._wires[index]


class WireTraffic:
    """Everybody's crossings of one camera's lines; of each line the last few and two counts."""

    def __init__(
        self,
        counts: dict[str, tuple[int, int]] | None = None,
        lately: dict[str, deque[tuple[int, Direction, float]]] | None = None,
    ) -> None:
        self.counts = counts or {}
        self._lately = lately or {}

    def copy(self) -> Self:
        """One that goes on by itself."""
        lately = {name: crossings.copy() for name, crossings in self._lately.items()}
        return type(self)(self.counts.copy(), lately)

    def pass_by(self, track_id: int, wire: Tripwire, direction: Direction, at_s: float) -> Passage:
        """Count a crossing, and tell how close behind the one before it was."""
        lately = self._lately.setdefault(wire.name, deque(maxlen=_TRAFFIC_LENGTH))
        before = [
            at_s - then_s
            for other, way, then_s in lately
            if other != track_id and way == direction and 0 <= at_s - then_s <= _TRAFFIC_S
        ]
        lately.append((track_id, direction, at_s))
        forward, backward = self.counts.get(wire.name, (0, 0))
        is_forward = direction == "forward"
        self.counts[wire.name] = (forward + is_forward, backward + (not is_forward))
        counts = wire.direction in ("both", direction)
        return Passage(
            wire.name, wire.kind, direction, counts, at_s, min(before) if before else None
        )


def update_crossings(
    wires: WireMap,
    clear_points: Mapping[str, tuple[float, float]],
    point: tuple[float, float],
    distances: Sequence[float],
) -> tuple[list[tuple[Tripwire, Direction]], Mapping[str, tuple[float, float]]]:
    """The lines that one thing has crossed by now, and its clear points brought up to date.

    clear_points: by line, where it last stood clearly on one side. Who trembles upon a line
    crosses it at most once.
    """
    crossed: list[tuple[Tripwire, Direction]] = []
    clear = dict(clear_points)
    for index, distance in enumerate(distances):
        if distance < _CLEAR:
            continue
        wire = wires.wire(index)
        before = clear.get(wire.name)
        direction = wires.crossed(index, before, point) if before else None
        clear[wire.name] = point
        if direction:
            crossed.append((wire, direction))
    return crossed, clear


def _squares(
    start: NDArray[np.float64], edge: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Squared distances of points (N, 2) to segments (M, 2): (N, M)."""
    edge_x, edge_y = edge[:, 0], edge[:, 1]
    off_x, off_y = points[:, :1] - start[:, 0], points[:, 1:] - start[:, 1]
    length = np.maximum(edge_x * edge_x + edge_y * edge_y, 1e-18)
    along = np.minimum(np.maximum((off_x * edge_x + off_y * edge_y) / length, 0.0), 1.0)
    away_x, away_y = off_x - along * edge_x, off_y - along * edge_y
    return np.asarray(away_x * away_x + away_y * away_y, np.float64)


def _crossing(
    line: Sequence[tuple[float, float]], before: tuple[float, float], now: tuple[float, float]
) -> Direction | None:
    """The net way over all segments: over and back again is no crossing."""
    net = sum(_turn(start, end, before, now) for start, end in pairwise(line))
    return None if net == 0 else "forward" if net > 0 else "backward"


def _turn(
    start: tuple[float, float],
    end: tuple[float, float],
    before: tuple[float, float],
    now: tuple[float, float],
) -> int:
    """1 where the walk goes over this segment to its right hand, -1 to its left, else 0."""
    edge_x, edge_y = end[0] - start[0], end[1] - start[1]
    walk_x, walk_y = now[0] - before[0], now[1] - before[1]
    turn = edge_x * walk_y - edge_y * walk_x
    if abs(turn) <= _PARALLEL:
        return 0
    off_x, off_y = before[0] - start[0], before[1] - start[1]
    along_line = (off_x * walk_y - off_y * walk_x) / turn
    along_walk = (off_x * edge_y - off_y * edge_x) / turn
    if not (0 <= along_line <= 1 and 0 < along_walk <= 1):
        return 0
    return 1 if turn > 0 else -1
