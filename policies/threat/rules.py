"""The rules that people edit: what counts as an incident, and how bad it is."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.value import Value
from aegis.located_yaml import LocatedYaml, load_yaml
from policies.threat.expression import Constant, Expression, FieldsOf, merge_reads
from policies.threat.facts import (
    CAMERA_FIELDS,
    SCENE_FIELDS,
    SITE_FIELDS,
    SUBJECT_LISTS,
)
from policies.threat.panel import Panel
from policies.threat.subject_facts import SUBJECT_FIELDS
from policies.threat.trial import trial_contexts
from policies.threat.wording import Template

SCENE = "scene"
"""What a rule watches that looks at no subject, but at the camera's scene as a whole."""

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Score = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(ge=0, le=86400)]
Condition = Annotated[str, Field(min_length=1, max_length=2000)]


class Evidence(Value):
    """When a subject is believed, before any condition is asked.

    steady_score: least smoothed score of a steadily tracked subject; below the session's
    own bar (0.1 above the detector's threshold) it changes nothing.
    still_score: least score in a frame that stands alone (a still, or the first frame of a
    camera); None: the rule says nothing about such frames.
    """

    steady_score: Score = 0.0
    still_score: Score | None = None


class Escalation(Value):
    """A condition under which the same rule is graver."""

    when: Condition
    severity: Severity


class Rule(Value):
    """One kind of event.

    watches: the label whose believed subjects the rule looks at, one by one; with
    `together` once a frame at all of them, named `group`. `scene`: at no subject, but once
    a frame at the scene; such a rule says how sure it is.
    params: numbers and texts that the conditions name as `params.x`.
    confidence: CEL, 0 to 1; without it the subject's smoothed score, or the group's mean.
    group_by: what must be the same, beside rule and camera, for frames to be one incident.
    threshold: points of confidence, 0 to 100, under which the rule says nothing; operators'
    verdicts move it, by camera.
    quiet_gap_s: so long without such a frame ends the incident.
    cooldown_s: so long after the last frame of an incident no other of this rule is opened
    at the camera: what comes joins the earlier one, whatever `group_by` says.
    max_duration_s: so long an incident goes on at most; the same unmoved thing does not open
    another.
    part_of: other rules; while a graver incident of one of them goes on at the camera, what
    this one sees belongs to it, and when one follows within a minute, it takes over this one's.
    life_safety: no verdict of an operator may raise the threshold.
    """

    name: Name
    description: str = ""
    enabled: bool = True
    watches: Name
    together: bool = False
    evidence: Evidence = Evidence()
    params: dict[Name, Constant] = {}
    when: Condition
    type: IncidentType
    subtype: Name
    severity: Severity
    escalate: tuple[Escalation, ...] = ()
    confidence: Condition | None = None
    reasoning: Template
    behavior: Template
    group_by: tuple[Literal["zone", "visit", "track"], ...] = ()
    threshold: float = Field(default=0.0, ge=0, le=100)
    quiet_gap_s: Seconds = 30.0
    cooldown_s: Seconds = 0.0
    max_duration_s: float = Field(default=1800.0, ge=10, le=604800)
    part_of: tuple[Name, ...] = ()
    life_safety: bool = False

    @field_validator("type")
    @classmethod
    def _is_an_incident(cls, kind: IncidentType) -> IncidentType:
        if kind is IncidentType.NORMAL:
            raise ValueError("a rule's outcome is an incident: any type but normal")
        return kind

    @model_validator(mode="after")
    def _scene_has_no_score(self) -> Self:
        if self.watches == SCENE and (self.confidence is None or self.together):
            raise ValueError(
                "a rule that watches the scene has no subjects: give `confidence`, "
                "for example scene.tamper_certainty, and leave out `together`"
            )
        return self


class RuleBook(Value):
    """The file as it is written."""

    version: Literal[1]
    rules: tuple[Rule, ...] = Field(max_length=200)


class Belief(NamedTuple):
    """Whom a rule believes: the label, and the evidence it takes."""

    label: str
    steady_score: float
    still_score: float | None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose expressions were compiled and tried out.

    reads: what any of them reads, as in `Expression.reads`.
    """

    rule: Rule
    belief: Belief
    reads: FieldsOf
    when: Expression
    escalate: tuple[tuple[Expression, Severity], ...]
    confidence: Expression | None


@dataclass(frozen=True, slots=True)
class Asking:
    """Rules that are asked together, and their conditions, in their order, as one program."""

    rules: tuple[CompiledRule, ...]
    beliefs: frozenset[Belief]
    panel: Panel

    @classmethod
    def of(cls, rules: Sequence[CompiledRule]) -> Self:
        """These rules asked together."""
        beliefs = frozenset(it.belief for it in rules)
        return cls(tuple(rules), beliefs, Panel([it.when for it in rules]))


@dataclass(frozen=True, slots=True)
class ThreatRules:
    """The rules in force, in the order of the file; version: hash of the file's content.

    single: those that look at the subjects of one label one by one.
    at_once: those that look at all whom they believe, or at the scene, once a frame.
    parts: by name, the rules that may be a part of that one.
    """

    rules: tuple[CompiledRule, ...]
    single: tuple[Asking, ...]
    at_once: tuple[Asking, ...]
    parts: Mapping[str, tuple[str, ...]]
    version: str


def load_rules(path: Path | None) -> ThreatRules:
    """The rules in this YAML file, or the shipped ones.

    Raises ConfigurationError naming file, line, column, rule and what is expected; that
    includes conditions that would fail on a frame some day.
    """
    return compile_rules(load_yaml(path or Path(str(files("policies.threat") / "rules.yaml"))))


def compile_rules(document: LocatedYaml) -> ThreatRules:
    """Check a document and make it ready; raises ConfigurationError as `load_rules` does."""
    book = document.validate(RuleBook)
    seen: set[str] = set()
    for index, rule in enumerate(book.rules):
        if rule.name in seen:
            raise document.problem(("rules", index, "name"), f"{rule.name!r} is here twice")
        seen.add(rule.name)
    for index, rule in enumerate(book.rules):
        for place, other in enumerate(rule.part_of):
            if other not in seen:
                problem = f"there is no rule {other!r} that this one could be part of"
                raise document.problem(("rules", index, "part_of", place), problem)
    compiled = tuple(_compile(rule, index, document) for index, rule in enumerate(book.rules))
    in_force = tuple(rule for rule in compiled if rule.rule.enabled)
    version = hashlib.sha256(book.model_dump_json().encode()).hexdigest()[:12]
    return ThreatRules(in_force, *_asked_together(in_force), _parts(book.rules), version)


def _parts(rules: Iterable[Rule]) -> dict[str, tuple[str, ...]]:
    parts: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        for whole in rule.part_of:
            parts[whole] = (*parts.get(whole, ()), rule.name)
    return parts


def _asked_together(
    rules: Iterable[CompiledRule],
) -> tuple[tuple[Asking, ...], tuple[Asking, ...]]:
    """One by one the rules of a label; at once those that believe the same."""
    single: dict[str, list[CompiledRule]] = {}
    at_once: dict[Belief, list[CompiledRule]] = {}
    for compiled in rules:
        if compiled.rule.together or compiled.rule.watches == SCENE:
            at_once.setdefault(compiled.belief, []).append(compiled)
        else:
            single.setdefault(compiled.rule.watches, []).append(compiled)
    return tuple(map(Asking.of, single.values())), tuple(map(Asking.of, at_once.values()))


def _compile(rule: Rule, index: int, document: LocatedYaml) -> CompiledRule:
    def expression(source: str, expected: type[bool | float], *at: str | int) -> Expression:
        return _expression(source, rule, expected, document, ("rules", index, *at))

    when = expression(rule.when, bool, "when")
    escalate = tuple(
        (expression(step.when, bool, "escalate", number, "when"), step.severity)
        for number, step in enumerate(rule.escalate)
    )
    confidence = (
        None if rule.confidence is None else expression(rule.confidence, float, "confidence")
    )
    asked = [when, *(condition for condition, _ in escalate), *filter(None, [confidence])]
    evidence = rule.evidence
    belief = Belief(rule.watches, evidence.steady_score, evidence.still_score)
    reads = merge_reads(step.reads for step in asked)
    return CompiledRule(rule, belief, reads, when, escalate, confidence)


def _expression(
    source: str,
    rule: Rule,
    expected: type[bool | float],
    document: LocatedYaml,
    at: tuple[str | int, ...],
) -> Expression:
    try:
        expression = Expression(source, rule.params)
        expression.check_names(_known_names(rule), SUBJECT_LISTS, SUBJECT_FIELDS)
        for context in trial_contexts(rule.watches, together=rule.together):
            expression.try_out(context, expected)
    except ValueError as error:
        raise document.problem(at, str(error)) from error
    return expression


def _known_names(rule: Rule) -> FieldsOf:
    shared: dict[str, frozenset[str] | None] = {
        "scene": SCENE_FIELDS,
        "site": SITE_FIELDS,
        "camera": CAMERA_FIELDS,
        "subjects": None,
        "params": frozenset(rule.params),
    }
    if rule.watches == SCENE:
        return shared
    own: FieldsOf = {"group": None} if rule.together else {"subject": SUBJECT_FIELDS}
    return {**shared, **own}
