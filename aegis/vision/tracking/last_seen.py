"""Where a followed thing was last seen, and whether a box may be the same thing again."""

import math
from typing import NamedTuple

from aegis.domain.observation import Box

_MOVING_S = 2.5
_SAME_PLACE_IOU = 0.3
_REACH = 0.75
_NEXT_FRAME_S = 0.75
_MISSED_S = 1.1
_ABOUT = 0.4
_RUN = 4.5
"""Body heights a second that nobody outruns; from above people are short."""


class LastSeen(NamedTuple):
    """A track's newest sighting; seconds and pixels.

    velocity: of its middle, pixels a second to the right and down, None after one frame.
    """

    label: str
    box: Box
    at_s: float
    velocity: tuple[float, float] | None = None

    def gone_on(self, box: Box, at_s: float) -> "LastSeen":
        """The same thing in a later frame."""
        right, down = _way(self.box, box)
        gap_s = at_s - self.at_s
        return LastSeen(self.label, box, at_s, (right / gap_s, down / gap_s))

    def closeness(self, box: Box, gap_s: float, interval_s: float) -> float:
        """Above 0 where a box may show it after a gap, the more the likelier; at most 2.

        interval_s: between frames. It may have gone on as it went before, though a frame or
        two missed it, or, seen but once, have run until the next.
        """
        overlap = _iou(self.box, box)
        if overlap >= _SAME_PLACE_IOU:
            return 1.0 + overlap
        height = max(self.box[3] - self.box[1], box[3] - box[1], 1.0)
        right, down = _way(self.box, box)
        distance, reach = math.hypot(right, down) / height, _REACH
        if gap_s <= _NEXT_FRAME_S and self.velocity is None:
            reach = max(reach, _RUN * gap_s)
        elif gap_s <= _MISSED_S:
            distance = min(distance, self._astray(right, down, gap_s) / height)
        elif interval_s > _MOVING_S / 2:
            reach *= max(1.0, min(gap_s, 2.0))
        if gap_s > max(_MOVING_S, 1.5 * interval_s) or distance > reach:
            return 0.0
        return max(0.0, 1.0 - distance / 2)

    def is_awaited(self, box: Box, gap_s: float) -> bool:
        """Whether it had to be about here by now, going on as it went."""
        height = max(self.box[3] - self.box[1], box[3] - box[1], 1.0)
        return gap_s <= _MISSED_S and self._astray(*_way(self.box, box), gap_s) <= _ABOUT * height

    def _astray(self, right: float, down: float, gap_s: float) -> float:
        """How far from there, pixels, it had to be; infinite where its way is not known."""
        if self.velocity is None:
            return math.inf
        aside, below = self.velocity
        return math.hypot(right - aside * gap_s, down - below * gap_s)


def middle_of(box: Box) -> tuple[float, float]:
    """Pixels."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def _way(first: Box, then: Box) -> tuple[float, float]:
    """From the middle of one to that of the other, to the right and down."""
    (x0, y0), (x1, y1) = middle_of(first), middle_of(then)
    return x1 - x0, y1 - y0


def _iou(first: Box, second: Box) -> float:
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = _area(first) + _area(second)
    return shared / (areas - shared) if areas > shared else 0.0


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
