"""What of the background those before a camera hide, and those who just were."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject
from aegis.vision.small_picture import HEIGHT, WIDTH

Box = tuple[float, float, float, float]

_LOST_S = 3.8
_MOST = 100
_MARGIN = 0.1


class Lost:
    """Where those were whom the detector has lost less than 3.8 s ago.

    Whoever stands still is often lost for a moment, and is neither background nor an object.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[float, Box]] = {}

    def see(
        self, subjects: Sequence[ObservedSubject], scale: tuple[float, float], at_s: float
    ) -> NDArray[np.bool_]:
        """(72, 128): what they hide if they are still there; scale: as `to_small` has it."""
        seen = {it.track_id: (at_s, to_small(it.bbox, scale)) for it in subjects if it.track_id}
        lost = {
            key: it for key, it in self._last.items() if key not in seen and at_s - it[0] <= _LOST_S
        }
        self._last = dict(list({**lost, **seen}.items())[-_MOST:])
        return cover(box for _, box in lost.values())

    def forget(self) -> None:
        """Nothing is known of who stood where."""
        self._last.clear()


def cover(boxes: Iterable[Box]) -> NDArray[np.bool_]:
    """(72, 128): what boxes of the small picture hide, with a margin: feet are often cut."""
    hidden = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x0, y0, x1, y1 in boxes:
        margin = 1 + _MARGIN * (y1 - y0)
        rows = slice(max(0, int(y0 - margin)), math.ceil(y1 + margin))
        hidden[rows, max(0, int(x0 - margin)) : math.ceil(x1 + margin)] = True
    return hidden


def to_small(box: Box, scale: tuple[float, float]) -> Box:
    """A box of the frame in pixels of the small picture."""
    x0, y0, x1, y1 = box
    return x0 * scale[0], y0 * scale[1], x1 * scale[0], y1 * scale[1]
