"""Turns a trained net into weights whose scores mean what they say."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aegis.training.average_precision import Matches
from aegis.training.confidence import best_threshold, fit_platt
from aegis.training.detector_evaluation import detect_all, match_labels
from aegis.training.detector_report import pool
from aegis.training.labelled_images import LabelledImage
from aegis.vision.detection.compact_net import CompactNet
from aegis.vision.detection.embedded_detector import EmbeddedDetector, ModelFacts, save_weights

MatchesBySet = dict[str, dict[str, Matches]]
_DECISIVE = "person"
_PLAIN_THRESHOLD = 0.3


def export(
    net: CompactNet,
    path: Path,
    long_side: int,
    width: int,
    valid: Mapping[str, Sequence[LabelledImage]],
    training: dict[str, object],
) -> MatchesBySet:
    """Write weights and facts, calibrated on ``valid``, and return the matches made with them.

    The score threshold is the one with the best F1 for people. training: what to keep about
    the training in the facts. Calibrating and judging use the same pictures: two numbers a
    label cannot learn them by heart, yet the error reported is a little too good.
    """
    raw = ModelFacts(
        sha256="",
        long_side=long_side,
        width=width,
        score_threshold=_PLAIN_THRESHOLD,
        training=training,
    )
    save_weights(net, path, raw)
    by_label = _by_label(match_sets(path, valid))
    calibration = {
        label: fit_platt(matches.scores, matches.right)
        for label, matches in by_label.items()
        if matches.right.any()
    }
    save_weights(net, path, raw.model_copy(update={"calibration": calibration}))
    matched = match_sets(path, valid)
    people = _by_label(matched).get(_DECISIVE)
    if people is not None and people.right.any():
        threshold = round(best_threshold(people)[0], 3)
        update = {"calibration": calibration, "score_threshold": threshold}
        save_weights(net, path, raw.model_copy(update=update))
    return matched


def match_sets(path: Path, valid: Mapping[str, Sequence[LabelledImage]]) -> MatchesBySet:
    """Return, by data set and label, what the exported weights find on the CPU."""
    detector = EmbeddedDetector(path, "cpu")
    return {
        name: match_labels(images, detect_all(detector, images)) for name, images in valid.items()
    }


def _by_label(matched: MatchesBySet) -> dict[str, Matches]:
    labels = {label for by_label in matched.values() for label in by_label}
    return {
        label: pool([by_label[label] for by_label in matched.values() if label in by_label])
        for label in sorted(labels)
    }
