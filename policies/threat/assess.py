"""Facts and rules to a judgement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cel

from aegis.domain.assessment import Assessment, Severity, Subject
from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from aegis.errors import AnalysisFailed
from policies.threat.expression import Expression, FieldsOf, narrow
from policies.threat.facts import Facts, gather_facts
from policies.threat.normality import normal_assessment
from policies.threat.rules import CompiledRule, Rule, ThreatRules
from policies.threat.thresholds import UNMOVED, Thresholds
from policies.threat.wording import describe, locate, main_zone, word, words_about


@dataclass(frozen=True, slots=True)
class _Hit:
    """A rule that fired on some subjects, the leading one first; confidence 0 to 1."""

    rule: Rule
    subjects: tuple[int, ...]
    severity: Severity
    confidence: float


def assess(
    observation: Observation, site: Site, rules: ThreatRules, thresholds: Thresholds = UNMOVED
) -> Assessment:
    """The judgement of one frame; pure.

    Every rule looks at the subjects it believes. The gravest one that fires gives the
    assessment, of equally grave ones the first in the file; the others are named in
    `facts.other_rules`. A rule that fails on this frame is named in `facts.failed_rules`
    beside an incident; without an incident it raises AnalysisFailed, because a failure is
    no "all clear". A rule whose confidence is under its threshold at this camera says
    nothing; its confidence is a doubt of the normal judgement.
    """
    facts = gather_facts(observation, site)
    fired, failed = _fire(rules, facts)
    hits = [hit for hit in fired if _is_sure(hit, observation.camera_id, thresholds)]
    if hits:
        leading = min(hits, key=lambda hit: -hit.severity.rank)
        others = [hit.rule.name for hit in hits if hit is not leading]
        return _incident(leading, observation, site, facts, version_of(site, rules)).model_copy(
            update={"facts": _kept_facts(leading, facts, others, failed)}
        )
    if failed:
        raise AnalysisFailed(f"rules that failed on this frame: {', '.join(sorted(failed))}")
    doubts = [hit.confidence for hit in fired]
    return normal_assessment(observation, facts, version_of(site, rules), doubts)


def version_of(site: Site, rules: ThreatRules) -> str:
    """What names the policy that judged: the hash of the rules, a dot, the hash of the site."""
    return f"{rules.version}.{site.version}"


def _is_sure(hit: _Hit, camera_id: str | None, thresholds: Thresholds) -> bool:
    """Rounded as people see it, so that a threshold of 50 lets a shown 50.0 pass."""
    return round(100 * hit.confidence, 1) >= thresholds.of(hit.rule, camera_id)


def _fire(rules: ThreatRules, facts: Facts) -> tuple[list[_Hit], dict[str, str]]:
    """What fired, in the order of the file, and why the rest could not be asked."""
    if not facts.subjects:
        return [], {}
    scene = _Scene(facts, rules.reads, {})
    hits: list[_Hit] = []
    failed: dict[str, str] = {}
    for compiled in rules.rules:
        try:
            hits += _ask(compiled, facts, scene)
        except ValueError as error:
            failed[compiled.rule.name] = str(error)
    return hits, failed


@dataclass(frozen=True, slots=True)
class _Scene:
    """The facts as CEL takes them; one context a subject, whatever number of rules asks."""

    facts: Facts
    reads: Mapping[str, FieldsOf]
    contexts: dict[int, cel.Context]

    def of_subject(self, index: int) -> cel.Context:
        if index not in self.contexts:
            subject = self.facts.subjects[index]
            known = self.facts.shared() | {"subject": subject}
            self.contexts[index] = cel.Context(narrow(known, self.reads[subject["label"]]))
        return self.contexts[index]

    def of_group(self, compiled: CompiledRule, indices: Sequence[int]) -> cel.Context:
        known = self.facts.shared() | {"group": [self.facts.subjects[index] for index in indices]}
        return cel.Context(narrow(known, compiled.reads))


def _ask(compiled: CompiledRule, facts: Facts, scene: _Scene) -> list[_Hit]:
    believed = _believed(compiled.rule, facts)
    if not believed:
        return []
    if compiled.rule.together:
        return _ask_once(compiled, believed, facts, scene.of_group(compiled, believed))
    hits = [
        hit
        for index in believed
        for hit in _ask_once(compiled, (index,), facts, scene.of_subject(index))
    ]
    return [_merge(hits, facts)] if hits else []


def _ask_once(
    compiled: CompiledRule, subjects: tuple[int, ...], facts: Facts, context: cel.Context
) -> list[_Hit]:
    if not compiled.when.evaluate(context):
        return []
    severities = [severity for when, severity in compiled.escalate if when.evaluate(context)]
    return [
        _Hit(
            rule=compiled.rule,
            subjects=subjects,
            severity=max([compiled.rule.severity, *severities], key=lambda level: level.rank),
            confidence=_confidence(compiled.confidence, subjects, facts, context),
        )
    ]


def _believed(rule: Rule, facts: Facts) -> tuple[int, ...]:
    """Indices of the subjects of the rule's label with evidence enough."""
    evidence = rule.evidence
    alone = facts.scene["alone"]
    return tuple(
        index
        for index, subject in enumerate(facts.subjects)
        if subject["label"] == rule.watches
        and (
            (subject["steady"] and subject["mean_score"] >= evidence.steady_score)
            or (
                alone
                and evidence.still_score is not None
                and subject["score"] >= evidence.still_score
            )
        )
    )


def _confidence(
    expression: Expression | None, subjects: Sequence[int], facts: Facts, context: cel.Context
) -> float:
    if expression is None:
        scores: list[float] = [facts.subjects[index]["mean_score"] for index in subjects]
        return sum(scores) / len(scores)
    return min(1.0, max(0.0, float(expression.evaluate(context))))


def _merge(hits: Sequence[_Hit], facts: Facts) -> _Hit:
    """One hit of a rule with all its subjects; the gravest, then the longest there, leads."""
    ordered = sorted(
        hits, key=lambda hit: (-hit.severity.rank, -facts.subjects[hit.subjects[0]]["dwell_s"])
    )
    return _Hit(
        rule=ordered[0].rule,
        subjects=tuple(index for hit in ordered for index in hit.subjects),
        severity=ordered[0].severity,
        confidence=max(hit.confidence for hit in hits),
    )


def _incident(
    hit: _Hit, observation: Observation, site: Site, facts: Facts, version: str
) -> Assessment:
    rule = hit.rule
    camera = site.camera(observation.camera_id)
    return Assessment(
        type=rule.type,
        subtype=rule.subtype,
        severity=hit.severity,
        confidence=round(100 * hit.confidence, 1),
        reasoning=word(rule.reasoning, words_about(hit.subjects, observation, facts, site)),
        subjects=tuple(_subject(rule, index, observation, facts, site) for index in hit.subjects),
        captured_at=observation.captured_at,
        camera_id=observation.camera_id,
        location=observation.location or camera.location,
        frame_number=observation.frame_number,
        rule=rule.name,
        policy_version=version,
        grouping_key=_grouping_key(rule, observation, observation.subjects[hit.subjects[0]]),
        quiet_gap_s=rule.quiet_gap_s,
        cooldown_s=rule.cooldown_s,
        max_duration_s=rule.max_duration_s,
        nearby=dict(site.nearby(observation.camera_id)),
    )


def _subject(rule: Rule, index: int, observation: Observation, facts: Facts, site: Site) -> Subject:
    seen = observation.subjects[index]
    return Subject(
        description=describe(seen),
        behavior=word(rule.behavior, words_about((index,), observation, facts, site)),
        location=locate(seen, observation),
        bbox=seen.bbox,
        track_id=seen.track_id,
    )


def _grouping_key(rule: Rule, observation: Observation, leading: ObservedSubject) -> str | None:
    """None for a picture without a camera: nothing connects it with another."""
    if observation.camera_id is None:
        return None
    parts = {
        "zone": f"zone={main_zone(leading)}",
        "visit": f"visit={observation.visit}",
        "track": f"track={leading.track_id or 0}",
    }
    chosen = [parts[part] for part in rule.group_by]
    return "|".join([rule.name, f"camera={observation.camera_id}", *chosen])


def _kept_facts(
    hit: _Hit, facts: Facts, others: Iterable[str], failed: dict[str, str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "subject": facts.subjects[hit.subjects[0]],
        "scene": facts.scene,
        "site": facts.site,
        "params": dict(hit.rule.params),
        "other_rules": list(others),
    }
    return kept | ({"failed_rules": failed} if failed else {})
