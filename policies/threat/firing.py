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
    scene = _Scene(facts)
    answers = _ask_panels(rules, scene)
    firing = Firing()
    for compiled in rules.rules:
        try:
            firing.hits += _hits_of(compiled, scene, answers.get(compiled.rule.name, []))
        except ValueError as error:
            firing.failed[compiled.rule.name] = str(error)
    return firing


class _Scene:
    """The facts of one frame as rules ask for them; what many rules ask is worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.shared = facts.shared()
        self._believed: dict[tuple[str, float, float | None], tuple[int, ...]] = {}
        self._of_groups: dict[tuple[object, tuple[int, ...]], cel.Context] = {}

    def believed(self, rule: Rule) -> tuple[int, ...]:
        """The subjects with its label of which there is evidence enough for this rule."""
        evidence = rule.evidence
        key = (rule.watches, evidence.steady_score, evidence.still_score)
        if key not in self._believed:
            self._believed[key] = tuple(
                index
                for index, subject in enumerate(self.facts.subjects)
                if subject["label"] == rule.watches and is_believed(rule, subject, self.facts)
            )
        return self._believed[key]

    def of_group(self, asking: Expression, subjects: tuple[int, ...]) -> cel.Context:
        """What an expression about these subjects needs; one for all that need the same."""
        key = (frozenset(asking.reads.items()), subjects)
        if key not in self._of_groups:
            group = [self.facts.subjects[index] for index in subjects]
            self._of_groups[key] = self.context(asking.reads, group=group)
        return self._of_groups[key]

    def context(self, reads: FieldsOf, **named: Any) -> cel.Context:
        """What is known of the frame, with what is named, as CEL takes it."""
        return cel.Context(narrow({**self.shared, **named}, reads))


def _ask_panels(rules: ThreatRules, scene: _Scene) -> dict[str, list[Hit | ValueError]]:
    """By rule, the subjects on which it fires, or why it cannot say; only rules asked singly."""
    answers: dict[str, list[Hit | ValueError]] = {}
    for label, asking in rules.single.items():
        believed = [frozenset(scene.believed(compiled.rule)) for compiled in asking]
        asked = sorted(frozenset[int]().union(*believed))
        rows = rules.panels[label].ask(scene.shared, (scene.facts.subjects[it] for it in asked))
        for index, row in zip(asked, rows, strict=True) if asked else ():
            for compiled, believing, answer in zip(asking, believed, row, strict=True):
                if answer is not False and index in believing:
                    said = answer if isinstance(answer, ValueError) else None
                    answers.setdefault(compiled.rule.name, []).append(
                        said or _hit_or_error(compiled, index, scene)
                    )
    return answers


def _hit_or_error(compiled: CompiledRule, index: int, scene: _Scene) -> Hit | ValueError:
    try:
        return _hit(compiled, (index,), scene, subject=scene.facts.subjects[index])
    except ValueError as error:
        return error


def _hits_of(
    compiled: CompiledRule, scene: _Scene, answers: Sequence[Hit | ValueError]
) -> list[Hit]:
    rule = compiled.rule
    if rule.watches == SCENE:
        return _ask_group(compiled, (), scene)
    if rule.together:
        believed = scene.believed(rule)
        return _ask_group(compiled, believed, scene) if believed else []
    hits: list[Hit] = []
    for answer in answers:
        if isinstance(answer, ValueError):
            raise answer
        hits.append(answer)
    return [_merge(hits, scene.facts)] if hits else []


def is_believed(rule: Rule, subject: Mapping[str, Any], facts: Facts) -> bool:
    """Whether there is evidence enough of this subject for the rule to look at it."""
    evidence = rule.evidence
    if subject["steady"] and subject["mean_score"] >= evidence.steady_score:
        return True
    still = evidence.still_score
    return bool(facts.scene["alone"] and still is not None and subject["score"] >= still)


def _ask_group(compiled: CompiledRule, subjects: tuple[int, ...], scene: _Scene) -> list[Hit]:
    if not compiled.when.evaluate(scene.of_group(compiled.when, subjects)):
        return []
    group = [scene.facts.subjects[index] for index in subjects]
    return [_hit(compiled, subjects, scene, group=group)]


def _hit(compiled: CompiledRule, subjects: tuple[int, ...], scene: _Scene, **named: Any) -> Hit:
    """named: the subject, or the group, that the rule calls so."""
    scores: list[float] = [scene.facts.subjects[index]["mean_score"] for index in subjects]
    if not compiled.escalate and compiled.confidence is None:
        confidence = sum(scores) / len(scores)
        return Hit(compiled.rule, subjects, compiled.rule.severity, confidence)
    context = scene.context(compiled.reads, **named)
    severities = [severity for when, severity in compiled.escalate if when.evaluate(context)]
    return Hit(
        rule=compiled.rule,
        subjects=subjects,
        severity=max([compiled.rule.severity, *severities], key=lambda level: level.rank),
        confidence=sum(scores) / len(scores)
        if compiled.confidence is None
        else min(1.0, max(0.0, float(compiled.confidence.evaluate(context)))),
    )


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
