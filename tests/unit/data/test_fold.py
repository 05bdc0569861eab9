"""How entries make an incident."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aegis.domain.assessment import Assessment, Severity
from aegis.domain.incident import Incident, IncidentStatus, StatusUpdate
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponsePlan
from data.change import (
    ActionRecorded,
    Change,
    IncidentDeleted,
    IncidentExtended,
    IncidentOpened,
    PlanAttached,
    StatusChanged,
)
from data.entry import Entry
from data.fold import fold, fold_all

T0 = datetime(2026, 3, 4, 13, tzinfo=UTC)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Make = Callable[..., Assessment]


def entry(change: Change, minutes: int = 0) -> Entry:
    return Entry.of("incident_7", T0 + timedelta(minutes=minutes), change)


@pytest.fixture
def opened(make_assessment: Make) -> Incident:
    incident = fold(None, entry(IncidentOpened(assessment=make_assessment())))
    assert incident is not None
    return incident


def after(incident: Incident, *changes: Change) -> Incident:
    folded: Incident | None = incident
    for minutes, change in enumerate(changes, start=1):
        folded = fold(folded, entry(change, minutes))
    assert folded is not None
    return folded


def extended(at: float, **changes: Any) -> IncidentExtended:
    given = {"severity": Severity.MEDIUM, "confidence": 70.0}
    return IncidentExtended.model_validate(
        given | changes | {"captured_at": NOON + timedelta(seconds=at)}
    )


def test_nothing_folds_to_nothing() -> None:
    assert fold_all([]) is None


def test_opening_takes_the_frames_time_and_the_stores_clock(opened: Incident) -> None:
    assert (opened.id, opened.timestamp, opened.created_at) == ("incident_7", NOON, T0)
    assert (opened.first_seen, opened.last_seen, opened.frame_count) == (NOON, NOON, 1)
    assert opened.status is IncidentStatus.ACTIVE
    assert opened.facts["zones"] == ["yard", "gate"]


@pytest.mark.parametrize(
    ("change", "first", "last", "severity", "confidence"),
    [
        (extended(5), 0, 5, "medium", 70),
        (extended(-5), -5, 0, "medium", 70),
        (extended(0), 0, 0, "medium", 70),
        (extended(5, severity="critical"), 0, 5, "critical", 70),
        (extended(5, severity="low", confidence=99), 0, 5, "medium", 99),
        (extended(5, confidence=3), 0, 5, "medium", 70),
    ],
)
def test_a_further_frame_widens_and_never_lowers(
    opened: Incident,
    change: IncidentExtended,
    first: float,
    last: float,
    severity: str,
    confidence: float,
) -> None:
    incident = after(opened, change)
    assert incident.first_seen == NOON + timedelta(seconds=first)
    assert incident.last_seen == NOON + timedelta(seconds=last)
    assert (incident.severity, incident.confidence) == (severity, confidence)
    assert (incident.frame_count, incident.timestamp) == (2, NOON)
    assert incident.updated_at == T0 + timedelta(minutes=1)


def test_a_better_account_brings_its_words_and_picture_together(
    opened: Incident, make_assessment: Make
) -> None:
    account = make_assessment(5, severity="critical", reasoning="A knife", subtype="weapon")
    change = extended(
        5, severity="critical", account=account, evidence_path="/e", evidence_sha256="f"
    )
    incident = after(opened, change)
    assert (incident.reasoning, incident.subtype) == ("A knife", "weapon")
    assert (incident.evidence_path, incident.evidence_sha256) == ("/e", "f")


def test_the_first_plan_stands(opened: Incident) -> None:
    plans = [PlanAttached(plan=ResponsePlan(playbook=name)) for name in ("first", "second")]
    incident = after(opened, *plans)
    assert incident.response_plan is not None
    assert incident.response_plan.playbook == "first"
    assert incident.updated_at == T0 + timedelta(minutes=1)


def test_a_status_keeps_its_history_and_earlier_words(opened: Incident) -> None:
    updates = [
        StatusUpdate(status=IncidentStatus.RESOLVED, notes="Guard checked", resolved_by="op_1"),
        StatusUpdate(status=IncidentStatus.ACTIVE),
    ]
    incident = after(opened, *(StatusChanged(update=update) for update in updates))
    assert (incident.status, incident.notes, incident.resolved_by) == (
        "active",
        "Guard checked",
        "op_1",
    )
    assert [change.status for change in incident.status_history] == ["resolved", "active"]
    assert incident.status_history[1].changed_at == T0 + timedelta(minutes=2)


def test_repeating_a_status_changes_nothing(opened: Incident) -> None:
    once = StatusChanged(update=StatusUpdate(status=IncidentStatus.RESOLVED, notes="Checked"))
    again = StatusChanged(update=StatusUpdate(status=IncidentStatus.RESOLVED))
    repeated = after(opened, once, once, again)
    assert repeated.revision == 4
    assert repeated.model_copy(update={"revision": 2}) == after(opened, once)


def test_a_later_state_of_an_action_replaces_the_earlier(opened: Incident) -> None:
    def state(action_id: str, status: ActionStatus) -> ActionRecorded:
        return ActionRecorded(
            action=ActionRecord(
                action_id=action_id, action=ActionType.SOUND_ALARM, status=status, timestamp=T0
            )
        )

    incident = after(
        opened,
        state("action_1", ActionStatus.ACCEPTED),
        state("action_2", ActionStatus.FAILED),
        state("action_1", ActionStatus.COMPLETED),
    )
    assert [(taken.action_id, taken.status) for taken in incident.actions_taken] == [
        ("action_1", "completed"),
        ("action_2", "failed"),
    ]


def test_what_comes_after_deletion_is_for_nobody(opened: Incident) -> None:
    gone = fold(opened, entry(IncidentDeleted(created_before=T0)))
    assert gone is None
    assert fold(gone, entry(extended(3))) is None
    assert fold(gone, entry(PlanAttached(plan=ResponsePlan(playbook="late")))) is None
