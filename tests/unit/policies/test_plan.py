"""From an incident to the steps of a response."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.incident import Incident
from aegis.domain.response import ActionType
from aegis.errors import ConfigurationError
from policies.response.plan import plan
from policies.response.playbooks import Playbooks, load_playbooks

SHIPPED = load_playbooks(None)
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
NEED_APPROVAL = {ActionType.ALERT_AUTHORITIES, ActionType.LOCK_DOORS, ActionType.SOUND_ALARM}


def incident(
    kind: str, subtype: str | None = None, severity: str = "high", **given: Any
) -> Incident:
    facts: dict[str, Any] = {
        "id": "incident_1",
        "timestamp": NOW,
        "type": IncidentType(kind),
        "subtype": subtype,
        "severity": Severity(severity),
        "confidence": 82.5,
        "reasoning": "Person 7 within 'yard' for 94 s",
        "camera_id": "CAM",
        "location": "North gate",
        "created_at": NOW,
        "updated_at": NOW,
        "first_seen": NOW,
        "last_seen": NOW,
    }
    return Incident(**facts | given)


def playbooks(tmp_path: Path, text: str) -> Playbooks:
    path = tmp_path / "playbooks.yaml"
    path.write_text("version: 1\nplaybooks:\n" + text)
    return load_playbooks(path)


def book(name: str, match: str = "", step: str = "action: record_evidence, reasoning: x") -> str:
    return f"  - {{name: {name}{match and f', match: {{{match}}}'}, steps: [{{{step}}}]}}\n"


@pytest.mark.parametrize(
    ("seen", "playbook"),
    [
        (incident("violence", "weapon"), "armed_person"),
        (incident("violence", "fight"), "violence"),
        (incident("intrusion", "restricted_zone"), "intrusion"),
        (incident("intrusion", "restricted_zone", "critical"), "grave_intrusion"),
        (incident("suspicious_behavior", "loitering", "medium"), "suspicion"),
        (incident("suspicious_behavior", "running", "low"), "slight_suspicion"),
        (incident("vandalism"), "vandalism"),
        (incident("normal", None, "low"), "anything_else"),
    ],
)
def test_shipped_playbooks(seen: Incident, playbook: str) -> None:
    assert plan(seen, SHIPPED).playbook == playbook


@pytest.mark.parametrize("kind", list(IncidentType))
@pytest.mark.parametrize("severity", list(Severity))
def test_every_incident_has_a_plan_whose_grave_steps_wait_for_approval(
    kind: IncidentType, severity: Severity
) -> None:
    response = plan(incident(kind, None, severity), SHIPPED)
    assert [step.step for step in response.steps] == list(range(1, len(response.steps) + 1))
    assert response.recommended_actions
    assert response.policy_version == SHIPPED.version
    for step in response.steps:
        assert step.requires_approval == (step.action in NEED_APPROVAL)


def test_reasoning_names_the_evidence() -> None:
    first = plan(incident("intrusion", "restricted_zone"), SHIPPED).steps[0]
    assert first.reasoning.startswith("Person 7 within 'yard' for 94 s: ")


def test_most_specific_match_wins_and_the_first_of_equals(tmp_path: Path) -> None:
    books = playbooks(
        tmp_path,
        book("rest")
        + book("first", "type: intrusion")
        + book("second", "type: intrusion")
        + book("fine", "subtype: tailgating")
        + book("here", "camera_id: CAM"),
    )
    there = incident("intrusion", "restricted_zone", camera_id="CAM_9")
    assert plan(there, books).playbook == "first"
    assert plan(incident("intrusion", "tailgating", camera_id=None), books).playbook == "fine"
    assert plan(incident("vandalism"), books).playbook == "here"


def test_step_may_waive_or_demand_approval(tmp_path: Path) -> None:
    step = "action: sound_alarm, reasoning: x, requires_approval: false"
    response = plan(incident("intrusion"), playbooks(tmp_path, book("rest", step=step)))
    assert not response.steps[0].requires_approval


def test_braces_in_the_evidence_are_only_text(tmp_path: Path) -> None:
    books = playbooks(tmp_path, book("rest", step='action: alert_security, reasoning: "{reason}"'))
    seen = incident("intrusion", reasoning="{camera} {0} {who.__class__}")
    assert plan(seen, books).steps[0].reasoning == "{camera} {0} {who.__class__}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (book("only", "type: intrusion"), "one playbook without `match`"),
        (book("same") + book("same"), "twice: same"),
        (book("rest", step="action: call_mum, reasoning: x"), "alert_security"),
        (book("rest", step='action: sound_alarm, reasoning: "{person}"'), "{person} is no"),
        (book("rest", step="action: sound_alarm, reasoning: x, priority: 9"), "less than"),
    ],
)
def test_wrong_playbooks_are_refused_with_their_place(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        playbooks(tmp_path, text)
    assert says in str(caught.value)
    assert "playbooks.yaml:" in str(caught.value)
