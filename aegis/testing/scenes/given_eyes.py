"""A detector that knows the truth and sees it as real detectors do: trembling, with gaps."""

from dataclasses import dataclass
from math import exp

import numpy as np

from aegis.domain.detection import Detections
from aegis.testing.scenes.scene import SceneFrame, TruthBox

Box = tuple[float, float, float, float]

_LABELS = frozenset({"person", "vehicle", "bag"})
_MISSED = {"person": 0.05, "vehicle": 0.08, "bag": 0.25}
_LASTS_S = 0.4
_JITTER = 0.025
_FALSE_A_FRAME = 0.01


@dataclass(slots=True)
class _Regard:
    """How one thing is seen at present; in standard deviations, but for the gap."""

    at_s: float
    offset: np.ndarray
    is_missed: bool


class GivenEyes:
    """Turns truth into detections, the same for the same seed and frames in order.

    Boxes tremble by 2.5 % of their height and scores by 0.08, both with a memory of 0.4 s. A
    person in full view is missed in 5 % of the time, in gaps; the more the smaller or the more
    hidden. Once in a hundred frames something is seen where nothing is, with a low score.
    Labels: person, vehicle, bag; a parcel is none of them.
    """

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng([seed, 4242])
        self._regards: dict[tuple[str, int], _Regard] = {}

    def see(self, frame: SceneFrame) -> Detections:
        """The detections of this frame, best score first."""
        at_s = frame.captured_at.timestamp()
        height, width = frame.image.shape[:2]
        found = [
            seen
            for thing in frame.truth
            if thing.label in _LABELS and thing.visible > 0.15
            for seen in self._look_at(thing, at_s, height)
        ]
        if self._random.random() < _FALSE_A_FRAME:
            found.append(self._imagine(width, height))
        found.sort(key=lambda it: -it[1])
        boxes = np.array([box for box, _, _ in found], np.float32).reshape(-1, 4)
        limits = np.array([width, height, width, height], np.float32)
        return Detections(
            np.clip(boxes, 0, limits).astype(np.float32),
            np.array([score for _, score, _ in found], np.float32),
            tuple(label for _, _, label in found),
        )

    def _look_at(
        self, thing: TruthBox, at_s: float, picture_height: int
    ) -> list[tuple[Box, float, str]]:
        x0, y0, x1, y1 = thing.xyxy
        tall = y1 - y0
        smallness = max(0.0, 1 - tall / (0.12 * picture_height))
        doubt = 0.75 * (1 - thing.visible) + 0.35 * smallness
        regard = self._regard(thing, at_s, min(0.95, _MISSED[thing.label] + 0.6 * doubt))
        dx, dy, dw, dh, ds = regard.offset.tolist()
        score = 0.86 - 0.5 * doubt + 0.08 * ds
        if regard.is_missed:
            score = 0.2 + 0.08 * ds
        if score < 0.08:
            return []
        x, y = (x0 + x1) / 2 + dx * _JITTER * tall * 0.6, (y0 + y1) / 2 + dy * _JITTER * tall
        wide, high = (x1 - x0) * (1 + 2 * _JITTER * dw), tall * (1 + _JITTER * dh)
        box = (x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
        return [(box, min(0.99, score), thing.label)]

    def _regard(self, thing: TruthBox, at_s: float, missed: float) -> _Regard:
        key = (thing.label, thing.track_id)
        noise = self._random.normal(0, 1, 5)
        last = self._regards.get(key)
        keep = 0.0 if last is None else exp(-(at_s - last.at_s) / _LASTS_S)
        offset = noise if last is None else keep * last.offset + (1 - keep**2) ** 0.5 * noise
        stays = last is not None and self._random.random() < keep
        is_missed = last.is_missed if last is not None and stays else self._random.random() < missed
        regard = _Regard(at_s, offset, bool(is_missed))
        self._regards[key] = regard
        return regard

    def _imagine(self, width: int, height: int) -> tuple[Box, float, str]:
        tall = float(self._random.uniform(0.1, 0.4)) * height
        x, y = self._random.uniform((0, tall), (width, height)).tolist()
        score = float(self._random.uniform(0.1, 0.5))
        return (x - 0.2 * tall, y - tall, x + 0.2 * tall, y), score, "person"
