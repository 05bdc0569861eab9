"""Which rules fire on a frame, and on whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cel

from aegis.domain.assessment import Severity
from policies.threat.expression import Expression, FieldsOf, narrow
from policies.threat.facts import Facts
from policies.threat.rules import SCENE, CompiledRule, Rule, ThreatRules


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired, on these subjects, the leading one first; confidence 0 to 1."""

    rule: Rule
    subjects: tuple[int, ...]
    severity: Severity
    confidence: float


@dataclass(slots=True)
class Firing:
    """What fired, in the order of the file, and why other rules could not be asked."""

    hits: list[Hit] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)


def fire(rules: ThreatRules, facts: Facts) -> Firing:
    """Ask every rule about the subjects that it believes."""
    scene = _Scene(facts, rules.reads)
    answers = _ask_panels(rules, facts, scene)
    firing = Firing()
    for compiled in rules.rules:
        try:
            firing.hits += _hits_of(compiled, facts, scene, answers.get(compiled.rule.name, {}))
        except ValueError as error:
            firing.failed[compiled.rule.name] = str(error)
    return firing


@dataclass(frozen=True, slots=True)
class _Scene:
    """The facts as CEL takes them; one context a subject, whatever number of rules asks."""

    facts: Facts
    reads: Mapping[str, FieldsOf]
    contexts: dict[int, cel.Context] = field(default_factory=dict)

    def of_subject(self, index: int) -> cel.Context:
        if index not in self.contexts:
            subject = self.facts.subjects[index]
            known = self.facts.shared() | {"subject": subject}
            self.contexts[index] = cel.Context(narrow(known, self.reads[subject["label"]]))
        return self.contexts[index]

    def of_group(self, compiled: CompiledRule, indices: Sequence[int]) -> cel.Context:
        known = self.facts.shared() | {"group": [self.facts.subjects[index] for index in indices]}
        return cel.Context(narrow(known, compiled.reads))


def _ask_panels(
    rules: ThreatRules, facts: Facts, scene: _Scene
) -> dict[str, dict[int, bool | ValueError]]:
    """By rule, what it says of each subject that it believes; only of rules asked singly."""
    answers: dict[str, dict[int, bool | ValueError]] = {}
    by_label: dict[str, list[Rule]] = {
        label: [compiled.rule for compiled in rules.single(label)] for label in rules.panels
    }
    for index, subject in enumerate(facts.subjects):
        asking = by_label.get(subject["label"], [])
        believing = [is_believed(rule, subject, facts) for rule in asking]
        if not any(believing):
            continue
        row = rules.panels[subject["label"]].ask(scene.of_subject(index))
        for rule, believes, answer in zip(asking, believing, row, strict=True):
            if believes and answer is not False:
                answers.setdefault(rule.name, {})[index] = answer
    return answers


def _hits_of(
    compiled: CompiledRule,
    facts: Facts,
    scene: _Scene,
    answers: Mapping[int, bool | ValueError],
) -> list[Hit]:
    rule = compiled.rule
    if rule.watches == SCENE:
        return _ask_group(compiled, (), facts, scene)
    if rule.together:
        believed = tuple(
            index
            for index, subject in enumerate(facts.subjects)
            if subject["label"] == rule.watches and is_believed(rule, subject, facts)
        )
        return _ask_group(compiled, believed, facts, scene) if believed else []
    for answer in answers.values():
        if isinstance(answer, ValueError):
            raise answer
    hits = [_hit(compiled, (index,), facts, scene.of_subject(index)) for index in answers]
    return [_merge(hits, facts)] if hits else []


def is_believed(rule: Rule, subject: Mapping[str, Any], facts: Facts) -> bool:
    """Whether there is evidence enough of this subject for the rule to look at it."""
    evidence = rule.evidence
    if subject["steady"] and subject["mean_score"] >= evidence.steady_score:
        return True
    still = evidence.still_score
    return bool(facts.scene["alone"] and still is not None and subject["score"] >= still)


def _ask_group(
    compiled: CompiledRule, subjects: tuple[int, ...], facts: Facts, scene: _Scene
) -> list[Hit]:
    context = scene.of_group(compiled, subjects)
    if not compiled.when.evaluate(context):
        return []
    return [_hit(compiled, subjects, facts, context)]


def _hit(
    compiled: CompiledRule, subjects: tuple[int, ...], facts: Facts, context: cel.Context
) -> Hit:
    severities = [severity for when, severity in compiled.escalate if when.evaluate(context)]
    return Hit(
        rule=compiled.rule,
        subjects=subjects,
        severity=max([compiled.rule.severity, *severities], key=lambda level: level.rank),
        confidence=_confidence(compiled.confidence, subjects, facts, context),
    )


def _confidence(
    expression: Expression | None, subjects: Sequence[int], facts: Facts, context: cel.Context
) -> float:
    if expression is None:
        scores: list[float] = [facts.subjects[index]["mean_score"] for index in subjects]
        return sum(scores) / len(scores)
    return min(1.0, max(0.0, float(expression.evaluate(context))))


def _merge(hits: Sequence[Hit], facts: Facts) -> Hit:
    """One hit of a rule with all its subjects; the gravest, then the longest there, leads."""
    ordered = sorted(
        hits, key=lambda hit: (-hit.severity.rank, -facts.subjects[hit.subjects[0]]["dwell_s"])
    )
    return Hit(
        rule=ordered[0].rule,
        subjects=tuple(index for hit in ordered for index in hit.subjects),
        severity=ordered[0].severity,
        confidence=max(hit.confidence for hit in hits),
    )
