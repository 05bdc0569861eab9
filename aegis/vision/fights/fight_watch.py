"""Watches every camera for fights: a window for each, one batch for all."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.vision.fights.fight_motion import small_picture
from aegis.vision.fights.fight_window import FightWindow

_LEAST_TRUST = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One decoded frame: camera (None: no sequence), (H, W, 3) uint8 RGB, seconds, detections."""

    camera_id: str | None
    picture: NDArray[np.uint8]
    at_s: float
    found: Detections


class FightJudge(Protocol):
    """Says how likely windows show a fight; `FightClassifier` does."""

    def classify(self, windows: Sequence[FightWindow]) -> list[float | None]:
        """A chance from 0 to 1 for each; None where too little was seen."""


class FightVerdict(NamedTuple):
    """How much a camera's newest seconds look like a fight, 0 to 1, and how long that held.

    likely_s: seconds for which the score has not been under a half.
    """

    score: float
    likely_s: float


class FightWatch:
    """The windows of the cameras that come here; the one unused longest goes when room is short.

    They are not carried to another process: two seconds later they are full again.
    """

    def __init__(self, classifier: FightJudge, capacity: int = 1000) -> None:
        self._classifier = classifier
        self._capacity = capacity
        self._windows: OrderedDict[str, FightWindow] = OrderedDict()

    def __len__(self) -> int:
        return len(self._windows)

    def watch(self, looks: Sequence[Look]) -> list[FightVerdict | None]:
        """The verdict on each frame's camera after that frame; None: too little seen.

        Frames of one camera are taken in the order given.
        """
        verdicts: list[FightVerdict | None] = []
        for round_ in _rounds(looks):
            windows = [self._take(look) for look in round_]
            known = [window for window in windows if window is not None]
            said = iter(self._classifier.classify(known))
            verdicts += [None if it is None else _verdict(it, next(said)) for it in windows]
        return verdicts

    def _take(self, look: Look) -> FightWindow | None:
        if look.camera_id is None:
            return None
        window = self._windows.setdefault(look.camera_id, FightWindow())
        self._windows.move_to_end(look.camera_id)
        add_sight(window, look.picture, look.at_s, look.found)
        while len(self._windows) > self._capacity:
            self._windows.popitem(last=False)
        return window


def _verdict(window: FightWindow, score: float | None) -> FightVerdict | None:
    window.follow(score)
    return None if score is None else FightVerdict(score, window.likely_s)


def add_sight(
    window: FightWindow, picture: NDArray[np.uint8], at_s: float, found: Detections
) -> bool:
    """Give a window the next frame and the people in it; whether it took it."""
    small, scale = small_picture(picture)
    people = np.array([label == "person" for label in found.labels], np.bool_)
    sure = people & (found.scores >= _LEAST_TRUST)
    return window.add(small, at_s, found.xyxy[sure] * np.float32(scale), found.scores[sure])


def _rounds(looks: Sequence[Look]) -> Iterator[list[Look]]:
    """Stretches of frames, in order, in which no camera occurs twice."""
    round_: list[Look] = []
    cameras: set[str] = set()
    for look in looks:
        if look.camera_id in cameras:
            yield round_
            round_, cameras = [], set()
        round_.append(look)
        if look.camera_id is not None:
            cameras.add(look.camera_id)
    if round_:
        yield round_
