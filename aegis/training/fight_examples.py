"""Windows of clips as numbers: at several paces, whole and cut, kept clip by clip."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aegis.errors import ConfigurationError
from aegis.training.fight_figures import look_at_clip
from aegis.training.labelled_clips import LabelledClip
from aegis.vision.detection.detector import Detector
from aegis.vision.fights.fight_classifier import FightObserver, pool_steps
from aegis.vision.fights.fight_watch import add_sight
from aegis.vision.fights.fight_window import SPAN_S, FightWindow

FAST, SLOW = 0, 1
_PACES: tuple[tuple[float, int, float], ...] = (
    (0.0, FAST, 1.0), (0.158, SLOW, 0.3), (0.24, SLOW, 0.3), (0.32, SLOW, 0.2), (0.46, SLOW, 0.2),
)  # fmt: skip
"""Least seconds between frames, the head that learns from it, and how much it counts there."""
_CUTS = ((0.0, 0.6), (0.2, 0.8), (0.4, 1.0))
_LEAST_STEPS = 3
_QUICKEST_S = 0.12
_ROUNDING_S = 0.001


@dataclass(frozen=True, slots=True, eq=False)
class FightExamples:
    """x: (M, N) windows; right: (M,) fight; trust: (M,); clip: (M,) index."""

    x: NDArray[np.float64]
    right: NDArray[np.bool_]
    trust: NDArray[np.float64]
    clip: NDArray[np.int64]


def gather_steps(
    clips: Sequence[LabelledClip],
    detector: Detector,
    observer: FightObserver,
    folder: Path,
    tell: Callable[[int], None],
) -> list[list[NDArray[np.float32]]]:
    """For each clip its steps (T, M) at every pace; what is in ``folder`` already is not redone.

    Raises ConfigurationError for a clip that cannot be decoded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    gathered = []
    for done, clip in enumerate(clips, 1):
        digest = hashlib.sha256(clip.path.read_bytes()).hexdigest()[:24]
        file = folder / f"{digest}.npz"
        if not file.exists():
            _keep(file, _steps_of(clip.path, detector, observer))
        gathered.append(_load(file))
        tell(done)
    return gathered


def make_examples(
    clips: Sequence[LabelledClip],
    gathered: Sequence[Sequence[NDArray[np.float32]]],
    head: int,
    counts: NDArray[np.float64],
) -> FightExamples:
    """The windows that one head learns from: whole clips, and at full pace parts of them too.

    counts: (C,) what each clip counts.
    """
    x, trust, owner = [], [], []
    for index, paces in enumerate(gathered):
        for (pace_s, mine, weight), rows in zip(_PACES, paces, strict=True):
            parts = _parts(rows, pace_s, cut=mine == FAST) if mine == head else []
            for part in parts:
                x.append(pool_steps(part))
                trust.append(counts[index] * weight / len(parts))
                owner.append(index)
    if not x:
        raise ConfigurationError("No clip is long enough to learn from: three steps at least")
    owners = np.array(owner, np.int64)
    fights = np.array([clip.is_fight for clip in clips], np.bool_)
    return FightExamples(np.stack(x), fights[owners], np.array(trust), owners)


def _steps_of(clip: Path, detector: Detector, observer: FightObserver) -> list[NDArray[np.float32]]:
    """Look at a clip once, at every pace at the same time."""
    windows = [FightWindow() for _ in _PACES]
    rows: list[list[NDArray[np.float32]]] = [[] for _ in _PACES]
    last_s = [float("-inf")] * len(_PACES)
    for at_s, picture, found in look_at_clip(clip, detector):
        taken = []
        for index, (pace_s, _, _) in enumerate(_PACES):
            if at_s - last_s[index] < pace_s - _ROUNDING_S:
                continue
            if add_sight(windows[index], picture, at_s, found):
                last_s[index] = at_s
                taken.append(index)
        observer.look([windows[index] for index in taken])
        for index in taken:
            step = windows[index].newest_step
            if step is not None:
                rows[index].append(step)
    return [np.stack(it) if it else np.zeros((0, 0), np.float32) for it in rows]


def _parts(rows: NDArray[np.float32], pace_s: float, *, cut: bool) -> list[NDArray[np.float32]]:
    """Stretches of at most two seconds; where ``cut``, parts of each of them too."""
    longest = int(SPAN_S / max(pace_s, _QUICKEST_S))
    stretches = [rows[first : first + longest] for first in range(0, len(rows), longest)]
    parts = [part for part in stretches if len(part) >= _LEAST_STEPS]
    if cut:
        parts += [
            part[int(a * len(part)) : round(b * len(part))] for part in parts for a, b in _CUTS
        ]
    return [part for part in parts if len(part) >= _LEAST_STEPS]


def _keep(file: Path, paces: list[NDArray[np.float32]]) -> None:
    fresh = file.with_suffix(".new.npz")
    np.savez(fresh, *paces)
    fresh.replace(file)


def _load(file: Path) -> list[NDArray[np.float32]]:
    try:
        with np.load(file, allow_pickle=False) as kept:
            return [np.asarray(kept[f"arr_{index}"], np.float32) for index in range(len(_PACES))]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(f"{file} is damaged: delete it and resume") from error
