"""How operators' verdicts move thresholds: a fold, so that what is taken back has no effect."""

from collections.abc import Iterable, Sequence

from aegis.domain.policy import CameraThreshold, ThresholdMove, Verdict
from aegis.domain.site import FeedbackBounds
from policies.threat.rules import Rule


def learn_thresholds(
    rules: Iterable[Rule], bounds: FeedbackBounds, verdicts: Sequence[Verdict]
) -> dict[str, tuple[CameraThreshold, ...]]:
    """By rule, its threshold at each camera that has verdicts; pure.

    verdicts: in the order of the decisions; those about other rules are skipped.
    """
    return {
        rule.name: tuple(
            _learn(rule, camera_id, bounds, own)
            for camera_id, own in _by_camera(rule, verdicts).items()
        )
        for rule in rules
        if any(verdict.rule == rule.name for verdict in verdicts)
    }


def _by_camera(rule: Rule, verdicts: Sequence[Verdict]) -> dict[str | None, list[Verdict]]:
    cameras: dict[str | None, list[Verdict]] = {}
    for verdict in verdicts:
        if verdict.rule == rule.name:
            cameras.setdefault(verdict.camera_id, []).append(verdict)
    return cameras


def _learn(
    rule: Rule, camera_id: str | None, bounds: FeedbackBounds, verdicts: Sequence[Verdict]
) -> CameraThreshold:
    """A walk from the rule's own threshold, a step a verdict, that stops at the bounds."""
    position, moves = 0.0, []
    low, high = _room(rule, bounds)
    for verdict in verdicts:
        before = _threshold(rule, bounds, position)
        wanted = position + (-bounds.step if verdict.is_confirmed else bounds.step)
        position = min(max(wanted, low), high)
        threshold = _threshold(rule, bounds, position)
        moves.append(
            ThresholdMove(
                incident_id=verdict.incident_id,
                verdict="confirmed" if verdict.is_confirmed else "false_positive",
                decided_at=verdict.decided_at,
                points=round(threshold - before, 6),
                threshold=threshold,
            )
        )
    threshold = _threshold(rule, bounds, position)
    return CameraThreshold(camera_id=camera_id, threshold=threshold, moves=tuple(moves))


def _room(rule: Rule, bounds: FeedbackBounds) -> tuple[float, float]:
    """How far down and up, in points; a life-safety rule has no way up."""
    down = min(0.0, bounds.lowest - rule.threshold)
    up = max(0.0, bounds.highest - max(rule.threshold, bounds.lowest))
    return down, 0.0 if rule.life_safety else up


def _threshold(rule: Rule, bounds: FeedbackBounds, position: float) -> float:
    """Up begins at `lowest`, because a step from 0 would be felt by nobody."""
    if position > 0:
        return max(rule.threshold, bounds.lowest) + position
    return rule.threshold + position
