"""What moved before one camera in its newest two seconds."""

from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aegis.vision.fights.fight_motion import Boxes, Flow, Picture

SPAN_S = 2.0
_STEP_S = 0.094
"""Frames that come faster are passed over: motion of a few milliseconds is noise."""
_GAP_S = 0.8
_CLOCK_SET_BACK_S = 30.0
_STEPS = 22
_LEAST_STEPS = 3
_LEAST_SPAN_S = 0.6
_LIKELY = 0.5

Encoding = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One frame as the fight classifier takes it.

    picture: (h, w) luminance within 160 x 96. people: (N, 4) xyxy in its pixels, trust: (N,)
    their scores.
    """

    picture: Picture
    at_s: float
    people: Boxes
    trust: NDArray[np.float32]


class FightWindow:
    """A camera's steps of motion, the last picture, and the score; under 110 KB, and pickles.

    A pause of more than 0.8 s, another picture size, or a clock set back by more than 30 s
    begins anew; earlier and too quick frames change nothing.
    """

    def __init__(self) -> None:
        self._steps: deque[tuple[float, NDArray[np.float32]]] = deque(maxlen=_STEPS)
        self.last: Sight | None = None
        self.pending: Sight | None = None
        self.flow: NDArray[np.float16] | None = None
        self.encodings: tuple[Encoding, ...] = ()
        self.score: float | None = None
        self._likely_since_s: float | None = None

    def add(self, picture: Picture, at_s: float, people: Boxes, trust: NDArray[np.float32]) -> bool:
        """Take a frame in, for the classifier to look at next; whether it was taken."""
        newest_s = self.last.at_s if self.last is not None else float("-inf")
        if newest_s - _CLOCK_SET_BACK_S < at_s < newest_s + _STEP_S:
            return False
        sight = Sight(picture, at_s, people, trust)
        if self.last is not None and not self._follows(self.last, sight):
            self._begin_anew()
        self.pending = sight
        return True

    def settle(
        self, measures: NDArray[np.float32] | None, flow: Flow | None, encoding: Encoding
    ) -> None:
        """Keep what the classifier found in the pending frame.

        measures: of the step that led to it; None with its first frame.
        """
        sight, self.pending = self.pending, None
        if sight is None:
            return
        while self._steps and sight.at_s - self._steps[0][0] > SPAN_S:
            self._steps.popleft()
        if measures is not None:
            self._steps.append((sight.at_s, measures))
        self.flow = None if flow is None else flow.astype(np.float16)
        self.encodings = (*self.encodings[-1:], encoding)
        # People are in the measures now.
        self.last = Sight(sight.picture, sight.at_s, sight.people[:0], sight.trust[:0])

    @property
    def newest_step(self) -> NDArray[np.float32] | None:
        """The measures (M,) of the step to the newest frame; None when it begins the window."""
        return self._steps[-1][1] if self._steps else None

    def follow(self, score: float | None) -> None:
        """Note for how long the score, this one for the newest frame, has been high."""
        if score is None or score < _LIKELY:
            self._likely_since_s = None
        elif self._likely_since_s is None and self.last is not None:
            self._likely_since_s = self.last.at_s

    @property
    def likely_s(self) -> float:
        """How long a fight has been likelier than none, every frame since, up to the newest."""
        if self._likely_since_s is None or self.last is None:
            return 0.0
        return self.last.at_s - self._likely_since_s

    def steps(self) -> tuple[NDArray[np.float32], float] | None:
        """The measures (T, M) of the newest 2 s and the mean step in seconds; None: too little."""
        if len(self._steps) < _LEAST_STEPS:
            return None
        step_s = (self._steps[-1][0] - self._steps[0][0]) / (len(self._steps) - 1)
        if step_s * len(self._steps) < _LEAST_SPAN_S:
            return None
        return np.stack([row for _, row in self._steps]), step_s

    def _follows(self, last: Sight, sight: Sight) -> bool:
        same_shape = last.picture.shape == sight.picture.shape
        return same_shape and 0 < sight.at_s - last.at_s <= _GAP_S

    def _begin_anew(self) -> None:
        self._steps.clear()
        self.last = self.flow = self.score = self._likely_since_s = None
        self.encodings = ()
