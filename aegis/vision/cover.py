"""What of the background those before a camera hide."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import ObservedSubject
from aegis.vision.small_picture import HEIGHT, WIDTH

Box = tuple[float, float, float, float]

_LOST_S = 3.8
_MOST = 100
_MARGIN = 0.05


class Cover:
    """Where somebody or something is, or was when the detector lost it less than 3.8 s ago.

    Whoever stands still is often lost for a moment, and is neither background nor an object.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[float, Box]] = {}

    def see(
        self, subjects: Sequence[ObservedSubject], scale: tuple[float, float], at_s: float
    ) -> NDArray[np.bool_]:
        """(72, 128): what is hidden now, with a margin; scale: to pixels of the small picture."""
        hidden = np.zeros((HEIGHT, WIDTH), np.bool_)
        for subject in subjects:
            box = to_small(subject.bbox, scale)
            if subject.track_id:
                self._last[subject.track_id] = at_s, box
            else:
                _hide(hidden, box)
        self._last = {key: it for key, it in self._last.items() if at_s - it[0] <= _LOST_S}
        for _, box in list(self._last.values())[-_MOST:]:
            _hide(hidden, box)
        return hidden

    def forget(self) -> None:
        """Nothing is known of who stood where."""
        self._last.clear()


def to_small(box: Box, scale: tuple[float, float]) -> Box:
    """A box of the frame in pixels of the small picture."""
    x0, y0, x1, y1 = box
    return x0 * scale[0], y0 * scale[1], x1 * scale[0], y1 * scale[1]


def _hide(hidden: NDArray[np.bool_], box: Box) -> None:
    x0, y0, x1, y1 = box
    margin = 1 + _MARGIN * (y1 - y0)
    rows = slice(max(0, int(y0 - margin)), math.ceil(y1 + margin))
    hidden[rows, max(0, int(x0 - margin)) : math.ceil(x1 + margin)] = True
