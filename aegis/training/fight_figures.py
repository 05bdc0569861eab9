"""How good and how fast the fight classifier is on labelled clips, seen as in service."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.training.confidence import calibration_error
from aegis.training.labelled_clips import LabelledClip, read_frames
from aegis.vision.detection.detector import Detector
from aegis.vision.fights.fight_classifier import FightClassifier
from aegis.vision.fights.fight_watch import add_sight
from aegis.vision.fights.fight_window import SPAN_S, FightWindow

MAX_FPS = 12.5
_BATCH = 8
UNDECIDED = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class FightFigures:
    """What became of N clips.

    scores: (N,) 0 to 1 of each clip; fights: (N,) what people say. moments: (M,) every score
    that was given, one a frame; in_fights: (M,) whether its clip is a fight. unseen: clips too
    short for any. frames_per_s: of all, detector included.
    """

    clips: tuple[Path, ...]
    scores: NDArray[np.float32]
    fights: NDArray[np.bool_]
    moments: NDArray[np.float32]
    in_fights: NDArray[np.bool_]
    unseen: int
    frames_per_s: float

    @property
    def accuracy(self) -> float:
        """Share of clips on the right side of one half, 0 to 1."""
        return float(((self.scores >= UNDECIDED) == self.fights).mean())

    @property
    def auc(self) -> float | None:
        """Chance that a fight scores above a normal clip; None where one kind is missing."""
        return area_under_curve(self.scores, self.fights)

    @property
    def ece(self) -> float:
        """Expected calibration error of every score that was given, as rules read them."""
        return calibration_error(self.moments, self.in_fights)

    @property
    def clip_ece(self) -> float:
        """The same of the clips' scores: of few clips it is large even for a perfect judge."""
        return calibration_error(self.scores, self.fights)


def measure_fights(
    clips: Sequence[LabelledClip],
    detector: Detector,
    classifier: FightClassifier,
    tell: Callable[[int], None],
) -> FightFigures:
    """Score every clip; ``tell`` hears how many are done. Raises ConfigurationError.

    A clip too short for any score counts as 0.5 and is counted in ``unseen``.
    """
    scores: list[float] = []
    moments: list[float] = []
    in_fights: list[bool] = []
    unseen = frames = 0
    start = time.perf_counter()
    for clip in clips:
        seen, count = score_clip(clip.path, detector, classifier)
        unseen += not seen
        frames += count
        scores.append(clip_score(seen) if seen else UNDECIDED)
        moments += [score for _, score in seen]
        in_fights += [clip.is_fight] * len(seen)
        tell(len(scores))
    elapsed_s = time.perf_counter() - start
    return FightFigures(
        tuple(clip.path for clip in clips),
        np.array(scores, np.float32),
        np.array([clip.is_fight for clip in clips], np.bool_),
        np.array(moments, np.float32),
        np.array(in_fights, np.bool_),
        unseen,
        frames / max(elapsed_s, 1e-9),
    )


def score_clip(
    clip: Path, detector: Detector, classifier: FightClassifier
) -> tuple[list[tuple[float, float]], int]:
    """Time and score of every frame that has one, and how many frames were looked at."""
    window, seen, count = FightWindow(), [], 0
    for at_s, picture, found in look_at_clip(clip, detector):
        add_sight(window, picture, at_s, found)
        (score,) = classifier.classify([window])
        count += 1
        if score is not None:
            seen.append((at_s, score))
    return seen, count


def clip_score(seen: Sequence[tuple[float, float]]) -> float:
    """The highest mean score of any two seconds; of all there is in a shorter clip.

    seen: time and score of each frame that has one.
    """
    times, scores = (np.array(column) for column in zip(*seen, strict=True))
    ends = times[times - times[0] >= SPAN_S]
    means = [scores[(times > end - SPAN_S) & (times <= end)].mean() for end in ends]
    return float(max(means, default=scores.mean()))


def look_at_clip(
    clip: Path, detector: Detector
) -> Iterator[tuple[float, NDArray[np.uint8], Detections]]:
    """Yield time, picture and detections of a clip's frames, at most 12.5 a second of them."""
    frames = _paced(read_frames(clip))
    while batch := list(islice(frames, _BATCH)):
        found = detector.detect([picture for _, picture in batch])
        for (at_s, picture), it in zip(batch, found, strict=True):
            yield at_s, picture, it


def _paced(
    frames: Iterator[tuple[float, NDArray[np.uint8]]],
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    last_s = float("-inf")
    for at_s, picture in frames:
        if at_s - last_s >= 1 / MAX_FPS - 0.001:
            last_s = at_s
            yield at_s, picture


def area_under_curve(scores: NDArray[np.floating], right: NDArray[np.bool_]) -> float | None:
    """Area under the ROC curve; ties count half; None unless both kinds are there."""
    yes, no = scores[right], scores[~right]
    if not len(yes) or not len(no):
        return None
    above = (yes[:, None] > no[None]).mean() + 0.5 * (yes[:, None] == no[None]).mean()
    return float(above)
