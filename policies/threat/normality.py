"""The judgement that nothing is going on, and how sure of that one can be."""

from collections.abc import Iterable
from typing import Any

from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.observation import Observation
from policies.threat.facts import Facts

_MISSED = 0.05
"""Share of doubt that always stays: a detector also misses."""


def normal_assessment(
    observation: Observation, facts: Facts, version: str, doubts: Iterable[float] = ()
) -> Assessment:
    """No rule said anything; confidence is that of `certainty_of_normal`.

    doubts: 0 to 1, of rules that fired under their threshold.
    """
    return Assessment(
        type=IncidentType.NORMAL,
        severity=Severity.LOW,
        confidence=round(100 * certainty_of_normal(facts, doubts), 1),
        reasoning=_reasoning(facts),
        captured_at=observation.captured_at,
        camera_id=observation.camera_id,
        location=observation.location,
        frame_number=observation.frame_number,
        policy_version=version,
    )


def certainty_of_normal(facts: Facts, doubts: Iterable[float] = ()) -> float:
    """0 to 1: one less the strongest doubt.

    Doubts are the score of anything that would be an incident if it is really there: a
    weapon, or a person in a restricted zone or out of hours, not yet believed by its rule;
    and the given ones.
    At most 0.95, because a detector also misses.
    """
    scores: list[float] = [
        max(subject["score"], subject["mean_score"])
        for subject in facts.subjects
        if _is_suspect(subject, facts)
    ]
    return 1.0 - max([_MISSED, *scores, *doubts])


def _is_suspect(subject: dict[str, Any], facts: Facts) -> bool:
    if subject["label"] == "weapon":
        return True
    misplaced = bool(subject["restricted_zones"]) or not facts.site["is_open"]
    return subject["label"] == "person" and misplaced


def _reasoning(facts: Facts) -> str:
    if not facts.subjects:
        return "Nothing of note in view."
    names = sorted({subject["label"] for subject in facts.subjects})
    counts = [
        f"{sum(subject['label'] == name for subject in facts.subjects)} x {name.replace('_', ' ')}"
        for name in names
    ]
    return f"In view: {', '.join(counts)}; no rule applies."
