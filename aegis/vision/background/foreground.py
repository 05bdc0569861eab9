"""What of the background those before a camera hide, and those whom the detector just lost."""

import math
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from aegis.domain.observation import Box, ObservedSubject
from aegis.vision.background.small_picture import HEIGHT, WIDTH, to_small
from aegis.vision.tracking.track_memory import MISSED_S

_MOST = 100
_MARGIN = 0.1


class Hidden(NamedTuple):
    """Two masks of the small picture, (72, 128).

    in_view: where somebody or something stands before the background. lost: where somebody
    stood a moment ago, and may still stand unseen.
    """

    in_view: NDArray[np.bool_]
    lost: NDArray[np.bool_]


class Foreground:
    """Those before the background, and those whom the detector lost a moment ago.

    Whoever stands still is often lost for a moment, and is neither background nor an object:
    they are waited for as long as the tracker waits.
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[float, Box]] = {}

    def see(
        self, subjects: Sequence[ObservedSubject], scale: tuple[float, float], at_s: float
    ) -> Hidden:
        """What these hide, and the lost, if they are still there; scale: as `to_small` has it."""
        seen = {it.track_id: (at_s, to_small(it.bbox, scale)) for it in subjects if it.track_id}
        lost = {
            key: it
            for key, it in self._last.items()
            if key not in seen and at_s - it[0] <= MISSED_S
        }
        self._last = dict(list({**lost, **seen}.items())[-_MOST:])
        return Hidden(
            _mask(to_small(it.bbox, scale) for it in subjects),
            _mask(box for _, box in lost.values()),
        )

    def forget(self) -> None:
        """Nothing is known of who stood where."""
        self._last.clear()


def _mask(boxes: Iterable[Box]) -> NDArray[np.bool_]:
    """(72, 128): what boxes of the small picture hide, with a margin: feet are often cut."""
    hidden = np.zeros((HEIGHT, WIDTH), np.bool_)
    for x0, y0, x1, y1 in boxes:
        margin = 1 + _MARGIN * (y1 - y0)
        rows = slice(max(0, int(y0 - margin)), math.ceil(y1 + margin))
        hidden[rows, max(0, int(x0 - margin)) : math.ceil(x1 + margin)] = True
    return hidden
