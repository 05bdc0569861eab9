"""Small pictures around the best frame, and who may take them away."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, IncidentStatus, StatusUpdate
from aegis.errors import IncidentNotFound, NotFound, ValidationFailed
from data.change import HoldPlaced, HoldReleased
from data.commands import DeleteIncidents, EvictEvidence, SetHold, UpdateStatus
from data.frame_commands import RecordFrame
from data.strip import MOST_FRAMES

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Make = Callable[..., Assessment]


def strip(*seconds: float) -> tuple[StripFrame, ...]:
    return tuple(StripFrame(NOON + timedelta(seconds=it), f"small {it}".encode()) for it in seconds)


def record(memory: Any, seen: Assessment, jpeg: bytes | None, *seconds: float) -> Incident:
    memory.keys += 1
    (recorded,) = memory.do(RecordFrame(seen, jpeg, f"strip-{memory.keys}", strip(*seconds)))
    incident: Incident = recorded.incident
    return incident


def moments(incident: Incident) -> list[float]:
    return [(it.captured_at - NOON).total_seconds() for it in incident.evidence_strip]


def assert_shown(memory: Any, incident: Incident) -> None:
    for frame in incident.evidence_strip:
        second = (frame.captured_at - NOON).total_seconds()
        assert memory.evidence.read(frame.path) == f"small {second:g}".encode()


def test_an_incident_opens_with_the_moments_before_it(memory: Any, make_assessment: Make) -> None:
    incident = record(memory, make_assessment(), b"best", -2, -1, 0)
    assert moments(incident) == [-2, -1, 0]
    assert incident.thumbnail_path == incident.evidence_strip[-1].path
    assert_shown(memory, incident)
    assert set(memory.evidence.paths_of("2026-03-04")) == set(incident.pictures)


def test_frames_that_follow_prolong_the_strip_until_it_is_full(
    memory: Any, make_assessment: Make
) -> None:
    record(memory, make_assessment(), b"best", -1, 0)
    for second in (0.5, *range(1, 20)):
        incident = record(memory, make_assessment(second), b"worse", second - 1, second)
    assert moments(incident) == [-1, 0, *range(1, MOST_FRAMES - 1)]
    assert incident.thumbnail_path == incident.evidence_strip[1].path
    assert memory.evidence.read(incident.evidence_path) == b"best"
    assert_shown(memory, incident)


def test_a_better_frame_brings_its_own_strip_and_the_old_pictures_go(
    memory: Any, make_assessment: Make
) -> None:
    record(memory, make_assessment(0), b"first", -1, 0)
    better = record(memory, make_assessment(2, confidence=95), b"better", 0, 1, 2)
    assert moments(better) == [0, 1, 2]
    assert_shown(memory, better)
    assert set(memory.evidence.paths_of("2026-03-04")) == set(better.pictures)


def test_the_same_picture_twice_is_one(memory: Any, make_assessment: Make) -> None:
    frames = (*strip(-1), StripFrame(NOON, b"small -1"))
    (recorded,) = memory.do(RecordFrame(make_assessment(), b"small -1", "k", frames))
    assert moments(recorded.incident) == [0]
    assert len(recorded.incident.pictures) == 2
    assert memory.evidence.read(recorded.incident.thumbnail_path) == b"small -1"
    assert memory.evidence.read(recorded.incident.evidence_path) == b"small -1"


def test_a_crash_between_commit_and_publishing_is_mended(
    memory: Any, make_assessment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(memory.evidence, "publish", lambda *_: None)
        incident = record(memory, make_assessment(), b"best", -1, 0)
    memory.close()
    memory.open()
    assert_shown(memory, incident)
    assert memory.evidence.read(incident.evidence_path) == b"best"
    assert list(memory.evidence.staged()) == []


def test_a_hold_keeps_an_incident_and_its_pictures(memory: Any, make_assessment: Make) -> None:
    held = record(memory, make_assessment(grouping_key=None), b"one", 0)
    other = record(memory, make_assessment(grouping_key=None), b"two", 0)
    (after,) = memory.do(SetHold(held.id, HoldPlaced(reason="Case 7", placed_by="counsel"), "h"))
    assert after.hold.reason == "Case 7"
    later = memory.now + timedelta(days=1)
    doomed = DeleteIncidents((held.id, other.id), later, keep_open=False)
    assert memory.do(doomed) == [1]
    assert memory.evidence.read(held.evidence_path) == b"one"
    with pytest.raises(NotFound):
        memory.evidence.read(other.thumbnail_path)
    (released,) = memory.do(SetHold(held.id, HoldReleased(released_by="counsel"), "r"))
    assert released.hold is None
    assert memory.do(doomed) == [1]


def test_a_hold_counts_once_for_each_key(memory: Any, make_assessment: Make) -> None:
    incident = memory.record(make_assessment())
    place, release = HoldPlaced(reason="Case 7"), HoldReleased()
    memory.do(SetHold(incident.id, place, "k"), SetHold(incident.id, place, "k"))
    assert memory.live.get(incident.id).revision == 2
    (refused,) = memory.do(SetHold(incident.id, release, "k"))
    assert isinstance(refused, ValidationFailed)
    (unknown,) = memory.do(SetHold("incident_9", place, "x"))
    assert isinstance(unknown, IncidentNotFound)


@pytest.mark.parametrize(("is_closed", "is_held"), [(False, False), (True, True), (True, False)])
def test_only_closed_incidents_without_a_hold_lose_their_pictures(
    memory: Any, make_assessment: Make, *, is_closed: bool, is_held: bool
) -> None:
    incident = record(memory, make_assessment(), b"best", -1, 0)
    if is_closed:
        update = StatusUpdate(status=IncidentStatus.RESOLVED)
        memory.do(UpdateStatus(incident.id, update, "s"))
    if is_held:
        memory.do(SetHold(incident.id, HoldPlaced(), "h"))
    goes = is_closed and not is_held
    assert memory.do(EvictEvidence((incident.id, "incident_9"))) == [int(goes)]
    assert (memory.evidence.paths_of("2026-03-04") == []) is goes
    after = memory.live.get(incident.id)
    assert (after.evidence_path is None) is goes
    assert (after.evidence_evicted_at is not None) is goes
    assert memory.views.get(incident.id) == after
