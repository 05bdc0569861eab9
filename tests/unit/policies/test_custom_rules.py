"""From facts to judgements by rules that somebody else wrote."""

import pytest

from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.errors import AnalysisFailed
from aegis.located_yaml import LocatedYaml
from policies.threat.assess import assess
from policies.threat.rules import compile_rules
from tests.unit.policies.yard import SITE, frame, seen


def custom(body: str) -> Assessment:
    head = "version: 1\nrules:\n"
    rules = compile_rules(LocatedYaml((head + body).encode(), "rules.yaml"))
    return assess(frame(seen(zone_dwell_s={"yard": 4.0}, zones=("yard",))), SITE, rules)


def rule(name: str, when: str, severity: str = "low", extra: str = "") -> str:
    return (
        f"  - {{name: {name}, watches: person, when: '{when}', type: vandalism, subtype: {name}, "
        f"severity: {severity}, reasoning: '{{who}}', behavior: there{extra}}}\n"
    )


def test_gravest_rule_wins_and_the_first_of_equals() -> None:
    verdict = custom(rule("a", "true") + rule("b", "true", "high") + rule("c", "true", "high"))
    assert (verdict.rule, verdict.facts["other_rules"]) == ("b", ["a", "c"])


def test_escalation_raises_and_never_lowers() -> None:
    up = ", escalate: [{when: subject.dwell_s > 10.0, severity: critical}]"
    down = ", escalate: [{when: subject.dwell_s > 10.0, severity: low}]"
    assert custom(rule("a", "true", "medium", up)).severity is Severity.CRITICAL
    assert custom(rule("a", "true", "medium", down)).severity is Severity.MEDIUM


@pytest.mark.parametrize(("expression", "confidence"), [("0.25", 25.0), ("7.0", 100.0), ("0", 0.0)])
def test_rule_may_compute_its_confidence(expression: str, confidence: float) -> None:
    verdict = custom(rule("a", "true", extra=f", confidence: '{expression}'"))
    assert verdict.confidence == confidence


BROKEN = "subject.dwell_s > 94.0 || 1 / (subject.frames - 100) > 0"


def test_rule_that_fails_on_a_frame_is_no_all_clear() -> None:
    with pytest.raises(AnalysisFailed, match="broken"):
        custom(rule("broken", BROKEN))


def test_rule_that_fails_does_not_hide_an_incident_of_another() -> None:
    verdict = custom(rule("broken", BROKEN) + rule("fine", "true"))
    assert verdict.type is IncidentType.VANDALISM
    assert list(verdict.facts["failed_rules"]) == ["broken"]


def test_one_rule_that_fails_does_not_spoil_the_others_of_its_panel() -> None:
    verdict = custom(rule("a", "true") + rule("broken", BROKEN) + rule("b", "true", "high"))
    assert (verdict.rule, verdict.facts["other_rules"]) == ("b", ["a"])
    assert list(verdict.facts["failed_rules"]) == ["broken"]
