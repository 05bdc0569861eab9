"""Whether something that came or went can be luggage: put down by a person, or picked up."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

Box = tuple[float, float, float, float]

_LEAST_OF_BODY = 0.08
_MOST_OF_BODY = 0.7
_LONGEST = 3.0
_PIXEL = 1.0
_WITHIN = 0.5
_REMEMBERED_S = 5.0
_REMEMBERED = 60
_MOMENT_S = 1.0


class _Stand(NamedTuple):
    at_s: float
    box: Box


class Vehicles:
    """Where vehicles were in the last 5 s: what comes to stand there is a part of one."""

    def __init__(self) -> None:
        self._stands: deque[_Stand] = deque(maxlen=_REMEMBERED)

    def see(self, boxes: Iterable[Box], at_s: float) -> None:
        """Note the boxes of one more frame."""
        while self._stands and at_s - self._stands[0].at_s > _REMEMBERED_S:
            self._stands.popleft()
        self._stands += [_Stand(at_s, box) for box in boxes]

    def explain(self, box: Box, since_s: float) -> bool:
        """Whether a vehicle covered most of this box when it came to look so, or after."""
        return any(
            it.at_s >= since_s - _MOMENT_S and _share_within(box, it.box) >= _WITHIN
            for it in self._stands
        )

    def forget(self) -> None:
        """Nothing is known of what stood where."""
        self._stands.clear()


def is_luggage(box: Box, person: Box) -> bool:
    """Of a size to be carried, beside this person, and no higher than a hand that hangs down.

    Boxes are in pixels of the small picture, to one of which they are known.
    """
    _, top, _, foot = person
    return is_portable(box, foot - top) and box[3] >= (top + foot) / 2


def is_portable(box: Box, body: float) -> bool:
    """Of a size to be carried by somebody of this height in the picture.

    What is more than three times as long as wide is the edge of a shadow or a door.
    """
    short, size = sorted((box[2] - box[0], box[3] - box[1]))
    fits = _LEAST_OF_BODY * body <= size <= _MOST_OF_BODY * body
    return fits and _LONGEST * (short + _PIXEL) >= size


def _share_within(box: Box, other: Box) -> float:
    wide = min(box[2], other[2]) - max(box[0], other[0])
    high = min(box[3], other[3]) - max(box[1], other[1])
    if wide <= 0 or high <= 0:
        return 0.0
    return wide * high / ((box[2] - box[0]) * (box[3] - box[1]))
