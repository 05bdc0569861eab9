"""Which rules fire on a frame, and on whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import cel

from aegis.domain.assessment import Severity
from policies.threat.expression import FieldsOf, narrow
from policies.threat.facts import Facts
from policies.threat.panel import Answer
from policies.threat.rules import SCENE, Asking, Belief, CompiledRule, Rule, ThreatRules


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
    scene, answers = _Scene(facts), _Answers()
    for asking in rules.single:
        _ask_singly(asking, scene, answers)
    for asking in rules.at_once:
        _ask_at_once(asking, scene, answers)
    firing = Firing()
    for compiled in rules.rules:
        name = compiled.rule.name
        if name in answers.errors:
            firing.failed[name] = str(answers.errors[name])
        elif name in answers.hits:
            firing.hits.append(_merge(answers.hits[name], facts))
    return firing


@dataclass(slots=True)
class _Answers:
    """By rule, where it fires, and the first reason why it cannot say."""

    hits: dict[str, list[Hit]] = field(default_factory=dict)
    errors: dict[str, ValueError] = field(default_factory=dict)


class _Scene:
    """The facts of one frame as rules ask for them; what many rules ask is worked out once."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.shared = facts.shared()
        self._believed: dict[Belief, tuple[int, ...]] = {}
        self._of_label: dict[str, list[int]] = {}
        for index, subject in enumerate(facts.subjects):
            self._of_label.setdefault(subject["label"], []).append(index)

    def believed(self, belief: Belief) -> tuple[int, ...]:
        """The subjects with its label of which there is evidence enough."""
        if belief not in self._believed:
            subjects, alone = self.facts.subjects, bool(self.facts.scene["alone"])
            self._believed[belief] = tuple(
                index
                for index in self._of_label.get(belief.label, ())
                if _is_believed(belief, subjects[index], alone=alone)
            )
        return self._believed[belief]

    def context(self, reads: FieldsOf, **named: Any) -> cel.Context:
        """What is known of the frame, with what is named, as CEL takes it."""
        return cel.Context(narrow({**self.shared, **named}, reads))


def _is_believed(belief: Belief, subject: Mapping[str, Any], *, alone: bool) -> bool:
    """Whether there is evidence enough of this subject for a rule to look at it."""
    if subject["steady"] and subject["mean_score"] >= belief.steady_score:
        return True
    still = belief.still_score
    return alone and still is not None and bool(subject["score"] >= still)


def _ask_singly(asking: Asking, scene: _Scene, answers: _Answers) -> None:
    subjects = scene.facts.subjects
    asked = sorted(set[int]().union(*(scene.believed(belief) for belief in asking.beliefs)))
    if not asked:
        return
    rows = asking.panel.ask(scene.shared, (subjects[index] for index in asked))
    for index, row in zip(asked, rows, strict=True):
        for number in [number for number, answer in enumerate(row) if answer]:
            compiled = asking.rules[number]
            if index in scene.believed(compiled.belief):
                named = {"subject": subjects[index]}
                _note(answers, compiled, row[number], (index,), scene, named)


def _ask_at_once(asking: Asking, scene: _Scene, answers: _Answers) -> None:
    (belief,) = asking.beliefs
    believed = scene.believed(belief)
    if not believed and belief.label != SCENE:
        return
    named = {"group": [scene.facts.subjects[index] for index in believed]}
    (row,) = asking.panel.ask({**scene.shared, **named}, ({},))
    for compiled, answer in zip(asking.rules, row, strict=True):
        if answer:
            _note(answers, compiled, answer, believed, scene, named)


def _note(
    answers: _Answers,
    compiled: CompiledRule,
    answer: Answer,
    subjects: tuple[int, ...],
    scene: _Scene,
    named: Mapping[str, Any],
) -> None:
    """Keep what a rule said that did not say no; named: the subject, or the group."""
    name = compiled.rule.name
    try:
        if isinstance(answer, ValueError):
            raise answer
        hit = _hit(compiled, subjects, scene, named)
    except ValueError as error:
        answers.errors.setdefault(name, error)
    else:
        answers.hits.setdefault(name, []).append(hit)


def _hit(
    compiled: CompiledRule, subjects: tuple[int, ...], scene: _Scene, named: Mapping[str, Any]
) -> Hit:
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
    if len(hits) == 1:
        return hits[0]
    ordered = sorted(
        hits, key=lambda hit: (-hit.severity.rank, -facts.subjects[hit.subjects[0]]["dwell_s"])
    )
    return Hit(
        rule=ordered[0].rule,
        subjects=tuple(index for hit in ordered for index in hit.subjects),
        severity=ordered[0].severity,
        confidence=max(hit.confidence for hit in hits),
    )
