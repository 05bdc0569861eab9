"""Fits the fight classifier to labelled clips, judged on sources it has not seen."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from aegis.errors import ConfigurationError
from aegis.training.confidence import fit_platt
from aegis.training.fight_examples import (
    FAST,
    SLOW,
    FightExamples,
    gather_steps,
    make_examples,
)
from aegis.training.fight_figures import area_under_curve
from aegis.training.labelled_clips import LabelledClip
from aegis.training.logistic import Logistic, Numbers, fit_logistic, held_out_logits
from aegis.vision.detector import Detector
from aegis.vision.fight_classifier import (
    FightEncoder,
    FightFacts,
    FightObserver,
    save_fight_weights,
)

_PENALTIES = (3.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """A head, and what fits without a clip's source say of each clip: scores, fights, (N,)."""

    model: Logistic
    penalty: float
    calibration: tuple[float, float]
    scores: NDArray[np.float32]
    fights: NDArray[np.bool_]

    @property
    def auc(self) -> float:
        """Across sources, 0 to 1."""
        return area_under_curve(self.scores, self.fights) or 0.0

    @property
    def accuracy(self) -> float:
        """Across sources, 0 to 1."""
        return float(((self.scores >= 0.5) == self.fights).mean())


def train_fights(
    clips: Sequence[LabelledClip],
    detector: Detector,
    encoder: FightEncoder,
    width: int,
    out: Path,
    tell: Callable[[int], None],
    seed: int = 1,
) -> tuple[FittedHead, FittedHead]:
    """Fit both heads, write the weights to ``out``; ``tell`` hears of each clip looked at.

    width: of the encoder, channels at stride 8.

    What was seen in a clip is kept under ``out``/steps at once, so an interruption loses one
    clip at most, and another fit of the same clips takes seconds. Raises ConfigurationError.
    """
    _check_kinds(clips)
    state = {key: value.clone() for key, value in encoder.kept_state().items()}
    folded = copy.deepcopy(encoder).eval()
    folded.fold()
    observer = FightObserver(folded, torch.device("cpu"))
    gathered = gather_steps(clips, detector, observer, out / "steps", tell)
    heads = tuple(_fit(clips, make_examples(clips, gathered, head), seed) for head in (FAST, SLOW))
    facts = FightFacts(
        sha256="",
        width=width,
        calibration=(heads[0].calibration, heads[1].calibration),
        training={
            "clips": len(clips),
            "sources": len({clip.source for clip in clips}),
            "seed": seed,
            "across sources": [
                {"auc": round(head.auc, 4), "accuracy": round(head.accuracy, 4)} for head in heads
            ],
            "penalty": [head.penalty for head in heads],
        },
    )
    save_fight_weights(state, _stacked(heads), out / "aegis-fight.safetensors", facts)
    return heads[0], heads[1]


def _check_kinds(clips: Sequence[LabelledClip]) -> None:
    by_kind = [{clip.source for clip in clips if clip.is_fight is kind} for kind in (True, False)]
    if not all(by_kind) or len(by_kind[0] | by_kind[1]) < 2:
        raise ConfigurationError(
            "Clips of both kinds are needed, fight and normal, from at least two sources"
        )


def _fit(clips: Sequence[LabelledClip], examples: FightExamples, seed: int) -> FittedHead:
    sources = np.array([clips[index].source for index in examples.clip])
    tried = {
        penalty: held_out_logits(examples.x, examples.right, examples.trust, sources, penalty, seed)
        for penalty in _PENALTIES
    }
    by_clip = {penalty: _by_clip(examples, logits) for penalty, logits in tried.items()}
    fights = _by_clip(examples, examples.right.astype(float)) > 0.5
    penalty = min(_PENALTIES, key=lambda it: _log_loss(by_clip[it], fights))
    calibration = fit_platt(_sigmoid(by_clip[penalty]), fights)
    slope, offset = calibration
    return FittedHead(
        fit_logistic(examples.x, examples.right, examples.trust, penalty),
        penalty,
        calibration,
        _sigmoid(by_clip[penalty] * slope + offset),
        fights,
    )


def _by_clip(examples: FightExamples, values: Numbers) -> Numbers:
    """The mean over the windows of each clip that has any."""
    known = np.unique(examples.clip)
    return np.array([values[examples.clip == index].mean() for index in known], np.float64)


def _log_loss(logits: Numbers, fights: NDArray[np.bool_]) -> float:
    return float(np.logaddexp(0, np.where(fights, -logits, logits)).mean())


def _sigmoid(logits: Numbers) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _stacked(heads: Sequence[FittedHead]) -> dict[str, torch.Tensor]:
    models = [head.model for head in heads]
    parts = {
        "mean": [model.mean for model in models],
        "deviation": [model.deviation for model in models],
        "weight": [model.weight for model in models],
        "bias": [np.array([model.bias]) for model in models],
    }
    return {key: torch.from_numpy(np.stack(it)).float() for key, it in parts.items()}
