"""Fits the fight classifier to labelled clips, judged on sources it has not seen."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from aegis.errors import ConfigurationError
from aegis.training.committee import Committee, Numbers, fit_committee, held_out_logits
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
from aegis.vision.detection.detector import Detector
from aegis.vision.fights.fight_classifier import (
    FightEncoder,
    FightFacts,
    FightObserver,
    save_fight_weights,
)

_ALARMING = 0.7


@dataclass(frozen=True, slots=True)
class MoreClips:
    """Clips to learn from that are no measure of how good the classifier is.

    normal_weight, fight_weight: what one of either kind counts beside one of the others.
    """

    clips: Sequence[LabelledClip] = ()
    normal_weight: float = 1.0
    fight_weight: float = 1.0

    def counts(self) -> list[float]:
        """What each clip counts."""
        return [self.fight_weight if it.is_fight else self.normal_weight for it in self.clips]


@dataclass(frozen=True, slots=True, eq=False)
class FittedHead:
    """A head, and what fits without a clip's source say of each clip: scores, fights, (N,).

    more_scores, more_fights: (K,) the same of the clips that are no measure.
    """

    model: Committee
    calibration: tuple[float, float]
    scores: NDArray[np.float32]
    fights: NDArray[np.bool_]
    more_scores: NDArray[np.float32]
    more_fights: NDArray[np.bool_]

    @property
    def auc(self) -> float:
        """Across sources, 0 to 1."""
        return area_under_curve(self.scores, self.fights) or 0.0

    @property
    def accuracy(self) -> float:
        """Across sources, 0 to 1."""
        return float(((self.scores >= 0.5) == self.fights).mean())

    def summarize(self) -> dict[str, float]:
        """Figures across sources; of clips that are no measure the shares that score 0.7."""
        told = {"auc": self.auc, "accuracy": self.accuracy}
        for name, kind in (("normal", False), ("fight", True)):
            scores = self.more_scores[self.more_fights == kind]
            if len(scores):
                told[f"more {name} at {_ALARMING}"] = float((scores >= _ALARMING).mean())
        return {key: round(value, 4) for key, value in told.items()}


def train_fights(
    clips: Sequence[LabelledClip],
    more: MoreClips,
    detector: Detector,
    encoder: FightEncoder,
    width: int,
    out: Path,
    tell: Callable[[int], None],
    seed: int = 1,
) -> tuple[FittedHead, FittedHead]:
    """Fit both heads, write the weights to ``out``; ``tell`` hears of each clip looked at.

    more: learned from, but calibration and figures come from ``clips`` alone.
    width: of the encoder, channels at stride 8.

    What was seen in a clip is kept under ``out``/steps at once, so an interruption loses one
    clip at most, and another fit of the same clips takes seconds. Raises ConfigurationError.
    """
    _check_kinds(clips)
    state = {key: value.clone() for key, value in encoder.kept_state().items()}
    folded = copy.deepcopy(encoder).eval()
    folded.fold()
    observer = FightObserver(folded, torch.device("cpu"))
    everything = [*clips, *more.clips]
    gathered = gather_steps(everything, detector, observer, out / "steps", tell)
    counts = np.array([1.0] * len(clips) + more.counts())
    heads = tuple(
        _fit(everything, make_examples(everything, gathered, head, counts), len(clips), seed)
        for head in (FAST, SLOW)
    )
    facts = FightFacts(
        sha256="",
        width=width,
        calibration=(heads[0].calibration, heads[1].calibration),
        training={
            "clips": len(clips),
            "sources": len({clip.source for clip in clips}),
            "more clips": len(more.clips),
            "weights of those, normal and fights": [more.normal_weight, more.fight_weight],
            "seed": seed,
            "across sources": [head.summarize() for head in heads],
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


def _fit(
    clips: Sequence[LabelledClip], examples: FightExamples, measured: int, seed: int
) -> FittedHead:
    """measured: how many of the clips, the first ones, the head is judged by."""
    sources = np.array([clips[index].source for index in examples.clip])
    known = np.unique(examples.clip)
    is_measure = known < measured
    fights = np.array([clips[index].is_fight for index in known], np.bool_)
    held_out = held_out_logits(examples.x, examples.right, examples.trust, sources, seed)
    logits = _by_clip(examples, held_out)
    calibration = fit_platt(_sigmoid(logits[is_measure]), fights[is_measure])
    slope, offset = calibration
    scores = _sigmoid(logits * slope + offset)
    return FittedHead(
        fit_committee(examples.x, examples.right, examples.trust, seed),
        calibration,
        scores[is_measure],
        fights[is_measure],
        scores[~is_measure],
        fights[~is_measure],
    )


def _by_clip(examples: FightExamples, values: Numbers) -> Numbers:
    """The mean over the windows of each clip that has any."""
    known = np.unique(examples.clip)
    return np.array([values[examples.clip == index].mean() for index in known], np.float64)


def _sigmoid(logits: Numbers) -> NDArray[np.float32]:
    return np.asarray(1 / (1 + np.exp(-logits)), np.float32)


def _stacked(heads: Sequence[FittedHead]) -> dict[str, torch.Tensor]:
    models = [head.model for head in heads]
    parts = {
        "mean": [model.mean for model in models],
        "deviation": [model.deviation for model in models],
        "hidden_weight": [model.hidden_weight for model in models],
        "hidden_bias": [model.hidden_bias for model in models],
        "weight": [model.weight for model in models],
        "bias": [np.array([model.bias]) for model in models],
    }
    return {key: torch.from_numpy(np.stack(it)).float() for key, it in parts.items()}
