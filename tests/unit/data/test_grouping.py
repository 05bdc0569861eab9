"""Which frames are one incident."""

from collections.abc import Callable
from typing import Any

import pytest

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, IncidentStatus
from aegis.domain.response import ResponsePlan
from data.change import IncidentOpened, PlanAttached
from data.entry import Entry
from data.fold import fold_all
from data.grouping import extension, find_group, place_key, tells_better

Make = Callable[..., Assessment]


@pytest.mark.parametrize(
    ("known", "at", "expected"),
    [
        ([], 0, None),
        ([0], 60, 0),
        ([0], 60.001, None),
        ([0], -60, 0),
        ([0], -61, None),
        ([0, 100], 45, 0),
        ([0, 100], 55, 1),
        ([0, 100], 50, 0),
        ([0, 0], 0, 0),
    ],
)
def test_a_frame_belongs_to_the_nearest_within_the_quiet_gap(
    make_assessment: Make, known: list[float], at: float, expected: int | None
) -> None:
    incidents = [
        opened(make_assessment(seconds), f"incident_{number}")
        for number, seconds in enumerate(known)
    ]
    found = find_group(incidents, make_assessment(at))
    assert (found and found.id) == (None if expected is None else f"incident_{expected}")


@pytest.mark.parametrize(
    ("severity", "confidence", "expected"),
    [
        ("medium", 70, False),
        ("medium", 79.9, False),
        ("medium", 80, True),
        ("high", 5, True),
        ("low", 100, False),
    ],
)
def test_graver_or_much_surer_tells_better(
    make_assessment: Make, severity: str, confidence: float, expected: bool
) -> None:
    frame = make_assessment(severity=severity, confidence=confidence)
    assert tells_better(opened(make_assessment()), frame) is expected


@pytest.mark.parametrize(
    ("changes", "belongs"),
    [
        ({}, True),
        ({"at": 60}, True),
        ({"at": 61}, False),
        ({"at": -1}, False),
        ({"camera_id": "CAM_02"}, False),
        ({"severity": "high"}, False),
        ({"part_of": ("weapon_seen",)}, False),
    ],
)
def test_a_lesser_judgement_belongs_to_the_graver_event_it_is_part_of(
    make_assessment: Make, changes: dict[str, Any], belongs: bool
) -> None:
    fight = opened(make_assessment(rule="fight", severity="high", grouping_key="fight"))
    run = {"at": 20, "rule": "running", "severity": "low", "grouping_key": "running"}
    frame = make_assessment(**run | {"part_of": ("fight",)} | changes)
    assert (find_group([fight], frame) is fight) is belongs


def test_what_people_closed_takes_no_lesser_judgement(make_assessment: Make) -> None:
    fight = opened(make_assessment(rule="fight", severity="high", grouping_key="fight"))
    closed = fight.model_copy(update={"status": IncidentStatus.FALSE_POSITIVE})
    frame = make_assessment(20, rule="running", severity="low", part_of=("fight",))
    assert find_group([closed], frame) is None


def test_a_part_makes_the_event_no_surer(make_assessment: Make) -> None:
    fight = opened(make_assessment(rule="fight", severity="high", grouping_key="fight"))
    frame = make_assessment(20, rule="running", severity="low", confidence=99, part_of=("fight",))
    change = extension(fight, frame)
    assert (change.confidence, change.account, change.reasoning) == (70, None, None)


THEFT: dict[str, Any] = {
    "rule": "package_theft",
    "severity": "high",
    "confidence": 60,
    "grouping_key": "theft",
    "quiet_gap_s": 120.0,
    "parts": ("running",),
}


@pytest.mark.parametrize(
    ("changes", "takes_over"),
    [
        ({}, True),
        ({"at": 59}, True),
        ({"at": 61}, False),
        ({"at": -1}, False),
        ({"camera_id": "CAM_02"}, False),
        ({"severity": "low"}, False),
        ({"parts": ("crowding",)}, False),
    ],
)
def test_a_graver_event_takes_over_what_just_began_and_is_part_of_it(
    make_assessment: Make, changes: dict[str, Any], takes_over: bool
) -> None:
    running = make_assessment(rule="running", severity="low", grouping_key="running")
    run = opened(running)
    theft = make_assessment(**{"at": 3} | THEFT | changes)
    assert (find_group([run], theft) is run) is takes_over


def test_what_people_closed_is_not_taken_over(make_assessment: Make) -> None:
    run = opened(make_assessment(rule="running", severity="low", grouping_key="running"))
    closed = run.model_copy(update={"status": IncidentStatus.RESOLVED})
    assert find_group([closed], make_assessment(3, **THEFT)) is None


def test_an_incident_taken_over_is_the_graver_event_and_needs_another_plan(
    make_assessment: Make,
) -> None:
    run = make_assessment(rule="running", severity="low", grouping_key="running", quiet_gap_s=30)
    theft, later = make_assessment(3, **THEFT), make_assessment(90, **THEFT)
    begun = [
        Entry.of("incident_1", run.captured_at, IncidentOpened(assessment=run)),
        Entry.of("incident_1", run.captured_at, PlanAttached(plan=ResponsePlan(playbook="watch"))),
    ]
    change = extension(fold_all(begun) or opened(run), theft)
    taken = Entry.of("incident_1", theft.captured_at, change)
    assert (change.takes_over, taken.grouping_key) == (True, place_key(theft))
    incident = fold_all([*begun, taken])
    assert incident is not None
    assert (incident.rule, incident.severity, incident.confidence) == ("package_theft", "high", 60)
    assert incident.response_plan is None
    assert incident.first_seen == run.captured_at
    assert find_group([incident], later) is incident
    assert not extension(incident, later).takes_over


def opened(assessment: Assessment, incident_id: str = "incident_1") -> Incident:
    """The incident that this judgement opens."""
    change = IncidentOpened(assessment=assessment)
    incident = fold_all([Entry.of(incident_id, assessment.captured_at, change)])
    assert incident is not None
    return incident
