"""What commands do, together and again."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, IncidentStatus, StatusUpdate
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponsePlan
from aegis.errors import IncidentNotFound, NotFound, ServiceUnavailable, ValidationFailed
from data.commands import AttachPlan, DeleteIncidents, RecordAction, UpdateStatus
from data.frame_commands import RecordFrame

Make = Callable[..., Assessment]
RESOLVED = StatusUpdate(status=IncidentStatus.RESOLVED, notes="Checked", resolved_by="op_1")


def action_of(action_id: str, action: ActionType, memory: Any) -> ActionRecord:
    return ActionRecord(
        action_id=action_id, action=action, status=ActionStatus.COMPLETED, timestamp=memory.now
    )


def outcomes(answers: list[Any]) -> list[tuple[str, bool]]:
    return [(answer.incident.id, answer.is_new) for answer in answers]


def test_frames_of_one_group_are_one_incident(memory: Any, make_assessment: Make) -> None:
    ids = [memory.record(make_assessment(at)).id for at in (0, 30, 90, -50, 300, 240)]
    assert ids == ["incident_1"] * 4 + ["incident_2", "incident_2"]
    first = memory.live.get("incident_1")
    assert (first.last_seen - first.first_seen, first.frame_count) == (timedelta(seconds=140), 4)


def test_groups_and_frames_without_a_key_stay_apart(memory: Any, make_assessment: Make) -> None:
    keys = ["yard", "gate", None, None, "yard", ""]
    ids = [memory.record(make_assessment(grouping_key=key)).id for key in keys]
    assert ids == [f"incident_{number}" for number in (1, 2, 3, 4, 1, 5)]


def test_frames_that_are_committed_together_are_grouped_too(
    memory: Any, make_assessment: Make
) -> None:
    frames = [RecordFrame(make_assessment(at), b"jpeg", f"k{at}") for at in (0, 10, 500, 20)]
    assert outcomes(memory.do(*frames)) == [
        ("incident_1", True),
        ("incident_1", False),
        ("incident_2", True),
        ("incident_1", False),
    ]
    assert memory.live.get("incident_1").frame_count == 3


def test_one_key_counts_once_within_a_batch_and_after(memory: Any, make_assessment: Make) -> None:
    frame = RecordFrame(make_assessment(), None, "k")
    more = RecordFrame(make_assessment(5), None, "m")
    assert outcomes(memory.do(frame, frame, more, more, frame)) == [
        ("incident_1", True),
        ("incident_1", True),
        ("incident_1", False),
        ("incident_1", False),
        ("incident_1", True),
    ]
    assert outcomes(memory.do(more, frame)) == [("incident_1", False), ("incident_1", True)]
    assert memory.live.get("incident_1").frame_count == 2
    assert memory.journal.head_seq == 2


def test_a_resolved_incident_is_extended_and_stays_resolved(
    memory: Any, make_assessment: Make
) -> None:
    memory.record(make_assessment())
    memory.do(UpdateStatus("incident_1", RESOLVED, "s"))
    incident = memory.record(make_assessment(20))
    assert (incident.id, incident.status, incident.frame_count) == ("incident_1", "resolved", 2)


def test_evidence_is_kept_and_better_evidence_takes_its_place(
    memory: Any, make_assessment: Make
) -> None:
    first = memory.record(make_assessment(0, confidence=60), b"first")
    same = memory.record(make_assessment(1, confidence=65), b"no better")
    assert memory.evidence.read(first.evidence_path) == b"first"
    assert same.evidence_sha256 == first.evidence_sha256
    better = memory.record(make_assessment(2, confidence=90, reasoning="Clearly"), b"better")
    assert memory.evidence.read(first.evidence_path) == b"better"
    assert better.evidence_sha256 == hashlib.sha256(b"better").hexdigest()
    assert (better.reasoning, better.evidence_path) == ("Clearly", first.evidence_path)


def test_the_words_follow_the_event_but_never_a_late_frame(
    memory: Any, make_assessment: Make
) -> None:
    memory.record(make_assessment(0, reasoning="for 1 s"))
    went_on = memory.record(make_assessment(10, reasoning="for 11 s"))
    late = memory.record(make_assessment(5, reasoning="for 6 s"))
    assert (went_on.reasoning, late.reasoning) == ("for 11 s", "for 11 s")


def test_an_incident_without_a_picture_takes_the_first_that_comes(
    memory: Any, make_assessment: Make
) -> None:
    assert memory.record(make_assessment(0)).evidence_path is None
    incident = memory.record(make_assessment(1), b"late")
    assert memory.evidence.read(incident.evidence_path) == b"late"


def test_the_first_plan_stands_also_within_a_batch(memory: Any, make_assessment: Make) -> None:
    memory.record(make_assessment())
    plans = [AttachPlan("incident_1", ResponsePlan(playbook=name)) for name in ("a", "b")]
    answers: list[Incident] = [*memory.do(*plans), *memory.do(plans[1])]
    assert [answer.response_plan and answer.response_plan.playbook for answer in answers] == [
        "a",
        "a",
        "a",
    ]


def test_a_status_under_a_known_key_is_answered_as_then(memory: Any, make_assessment: Make) -> None:
    memory.record(make_assessment())
    (then,) = memory.do(UpdateStatus("incident_1", RESOLVED, "s"))
    memory.now += timedelta(hours=1)
    memory.do(UpdateStatus("incident_1", StatusUpdate(status=IncidentStatus.ACTIVE), "t"))
    assert memory.do(UpdateStatus("incident_1", RESOLVED, "s")) == [then]
    assert memory.live.get("incident_1").status == "active"


def test_a_key_of_another_request_is_refused(memory: Any, make_assessment: Make) -> None:
    memory.record(make_assessment())
    memory.record(make_assessment(900))
    alarm = action_of("action_1", ActionType.SOUND_ALARM, memory)
    lock = action_of("action_2", ActionType.LOCK_DOORS, memory)
    memory.do(UpdateStatus("incident_1", RESOLVED, "k"), RecordAction("incident_1", alarm, "k"))
    escalated = StatusUpdate(status=IncidentStatus.ESCALATED)
    answers = memory.do(
        UpdateStatus("incident_2", RESOLVED, "k"),
        UpdateStatus("incident_1", escalated, "k"),
        RecordAction("incident_2", alarm, "k"),
        RecordAction("incident_1", lock, "k"),
    )
    assert [type(answer) for answer in answers] == [ValidationFailed] * 4


def test_an_action_under_a_known_key_gives_the_outcome_kept(
    memory: Any, make_assessment: Make
) -> None:
    memory.record(make_assessment())
    first = action_of("action_1", ActionType.SOUND_ALARM, memory)
    again = action_of("action_2", ActionType.SOUND_ALARM, memory)
    answers = memory.do(*(RecordAction("incident_1", action, "k") for action in (first, again)))
    assert answers == [first, first]
    assert memory.live.get("incident_1").actions_taken == (first,)


@pytest.mark.parametrize("unknown", ["incident_9", "incident_0", "", "x' OR 1=1 --", "incident_1 "])
def test_an_unknown_incident_is_refused_and_its_neighbours_are_not(
    memory: Any, make_assessment: Make, unknown: str
) -> None:
    memory.record(make_assessment())
    answers = memory.do(
        UpdateStatus(unknown, RESOLVED, "a"),
        AttachPlan(unknown, ResponsePlan(playbook="p")),
        UpdateStatus("incident_1", RESOLVED, "b"),
        RecordAction(unknown, action_of("action_1", ActionType.LOCK_DOORS, memory), "c"),
    )
    assert [type(answer) for answer in answers] == [
        IncidentNotFound,
        IncidentNotFound,
        Incident,
        IncidentNotFound,
    ]


def test_deleted_incidents_take_their_evidence_and_never_their_number(
    memory: Any, make_assessment: Make
) -> None:
    path = memory.record(make_assessment(), b"jpeg").evidence_path
    memory.record(make_assessment(900))
    memory.do(UpdateStatus("incident_2", RESOLVED, "s"))
    ids = ("incident_1", "incident_2", "incident_3")
    assert memory.do(DeleteIncidents(ids, memory.now, keep_open=True)) == [1]
    assert memory.do(DeleteIncidents(ids, memory.now, keep_open=False)) == [1]
    with pytest.raises(NotFound):
        memory.evidence.read(path)
    assert memory.record(make_assessment()).id == "incident_3"


def test_a_replayed_frame_of_a_deleted_incident_is_not_a_new_one(
    memory: Any, make_assessment: Make
) -> None:
    frame = RecordFrame(make_assessment(), None, "k")
    (first,) = memory.do(frame)
    memory.do(DeleteIncidents(("incident_1",), memory.now, keep_open=False))
    assert memory.do(frame) == [first]
    assert memory.views.get("incident_1") is None


def test_everything_is_there_after_a_restart(memory: Any, make_assessment: Make) -> None:
    frame = RecordFrame(make_assessment(), b"jpeg", "k")
    (first,) = memory.do(frame)
    memory.close()
    memory.open()
    assert memory.do(frame) == [first]
    assert memory.record(make_assessment(30)).frame_count == 2
    assert memory.record(make_assessment(900)).id == "incident_2"


def test_facts_that_no_journal_can_keep_fail_alone(memory: Any, make_assessment: Make) -> None:
    odd = RecordFrame(make_assessment(facts={"x": object()}), None, "odd")
    answers = memory.do(odd, RecordFrame(make_assessment(), None, "fine"))
    assert isinstance(answers[0], Exception)
    assert outcomes(answers[1:]) == [("incident_1", True)]


@pytest.mark.parametrize("is_committed", [True, False])
def test_a_picture_staged_before_a_crash_follows_the_journal(
    memory: Any, make_assessment: Make, tmp_path: Path, is_committed: bool
) -> None:
    incident = memory.record(make_assessment(), b"jpeg")
    shown = tmp_path / incident.evidence_path.lstrip("/")
    text = b"jpeg" if is_committed else b"of a batch that never was"
    name = f"incident_1.{hashlib.sha256(text).hexdigest()}.jpg"
    (tmp_path / "evidence" / ".staged" / name).write_bytes(text)
    if is_committed:
        shown.unlink()
    memory.close()
    memory.open()
    assert shown.read_bytes() == b"jpeg"
    assert list(memory.evidence.staged()) == []


def test_a_refused_picture_means_nothing_happened(
    memory: Any, make_assessment: Make, tmp_path: Path
) -> None:
    staging = tmp_path / "evidence" / ".staged"
    staging.rmdir()
    frame = RecordFrame(make_assessment(), b"jpeg", "k")
    with pytest.raises(ServiceUnavailable):
        memory.do(frame)
    assert memory.journal.head_seq == 0
    staging.mkdir()
    assert outcomes(memory.do(frame)) == [("incident_1", True)]
