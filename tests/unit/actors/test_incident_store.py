"""The store as its callers know it."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import (
    CleanupRequest,
    IncidentQuery,
    IncidentStatus,
    Recorded,
    StatusUpdate,
)
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponsePlan
from aegis.errors import ConfigurationError, IncidentNotFound, NotFound, ServiceUnavailable
from aegis.ports import Store

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reopen(tmp_path: Path, clock: Clock) -> Iterator[Callable[[], IncidentStore]]:
    """Closes the store that is open and opens the next one on the same folder."""
    opened: list[IncidentStore] = []

    def again() -> IncidentStore:
        if opened:
            opened.pop().close()
        opened.append(IncidentStore(tmp_path / "var", "UTC", clock))
        return opened[0]

    yield again
    if opened:
        opened.pop().close()


@pytest.fixture
def store(reopen: Callable[[], IncidentStore]) -> IncidentStore:
    return reopen()


def frame(at: float = 0, key: str | None = "yard", **changes: Any) -> Assessment:
    given = {
        "type": IncidentType.INTRUSION,
        "severity": Severity.HIGH,
        "confidence": 80.0,
        "reasoning": "A person stands in the yard",
        "captured_at": NOON + timedelta(seconds=at),
        "grouping_key": key,
    }
    return Assessment.model_validate(given | changes)


def test_the_store_has_the_shape_of_its_port(store: IncidentStore) -> None:
    port: Store = store
    assert port is store


def test_an_incident_goes_its_way_and_outlives_a_restart(
    store: IncidentStore, reopen: Callable[[], IncidentStore]
) -> None:
    async def live() -> None:
        opened = await store.record(frame(), b"jpeg", "frame-1")
        incident_id = opened.incident.id
        await store.attach_plan(incident_id, ResponsePlan(playbook="intruder"))
        alarm = ActionRecord(
            action_id="action_1",
            action=ActionType.SOUND_ALARM,
            status=ActionStatus.COMPLETED,
            timestamp=NOON,
        )
        assert await store.record_action(incident_id, alarm, "alarm") == alarm
        await store.update_status(
            incident_id, StatusUpdate(status=IncidentStatus.RESOLVED, notes="Checked"), "status"
        )
        assert not (await store.record(frame(30), None, "frame-2")).is_new

    asyncio.run(live())
    incident = asyncio.run(store.get("incident_1"))
    page = asyncio.run(store.find(IncidentQuery()))
    statistics = asyncio.run(store.statistics())
    assert (incident.status, incident.frame_count, incident.notes) == ("resolved", 2, "Checked")
    assert incident.response_plan is not None
    assert [action.action_id for action in incident.actions_taken] == ["action_1"]
    assert (page.total, page.incidents) == (1, (incident,))
    assert (statistics.total_incidents, statistics.open_incidents) == (1, 0)
    assert statistics.incidents_today == 1
    again = reopen()
    assert again.health() == "ok"
    assert asyncio.run(again.get("incident_1")) == incident
    assert asyncio.run(again.find(IncidentQuery())) == page
    assert asyncio.run(again.statistics()) == statistics
    assert asyncio.run(again.read_evidence(incident.evidence_path or "")) == b"jpeg"
    assert asyncio.run(again.record(frame(), b"jpeg", "frame-1")).is_new
    assert asyncio.run(again.get("incident_1")) == incident


def test_callers_at_once_with_one_key_make_one_incident(store: IncidentStore) -> None:
    async def together() -> list[Recorded]:
        calls = (store.record(frame(key=None), b"jpeg", f"key-{n % 4}") for n in range(40))
        return await asyncio.gather(*calls)

    answers = asyncio.run(together())
    assert {answer.incident.id for answer in answers} == {f"incident_{n}" for n in (1, 2, 3, 4)}
    assert all(answer.is_new and answer.incident.frame_count == 1 for answer in answers)
    assert asyncio.run(store.find(IncidentQuery())).total == 4


def test_a_burst_of_frames_of_one_scene_is_one_incident(store: IncidentStore) -> None:
    async def burst() -> list[Recorded]:
        return await asyncio.gather(*(store.record(frame(n), None, f"f{n}") for n in range(50)))

    answers = asyncio.run(burst())
    assert sum(answer.is_new for answer in answers) == 1
    assert asyncio.run(store.get("incident_1")).frame_count == 50


@pytest.mark.parametrize("unknown", ["incident_99", "incident_01", "nonsense", "", "../etc"])
def test_what_is_not_there_is_not_found(store: IncidentStore, unknown: str) -> None:
    with pytest.raises(IncidentNotFound):
        asyncio.run(store.get(unknown))
    with pytest.raises(IncidentNotFound):
        asyncio.run(store.attach_plan(unknown, ResponsePlan(playbook="p")))
    with pytest.raises(NotFound):
        asyncio.run(store.read_evidence(f"/evidence/2026-03-04/{unknown}.jpg"))


@pytest.mark.parametrize(
    ("request_", "deleted", "left"),
    [
        (CleanupRequest(days=1), 3, ["incident_4"]),
        (CleanupRequest(days=1, dry_run=True), 3, [f"incident_{n}" for n in (4, 3, 2, 1)]),
        (CleanupRequest(days=1, keep_open=True), 1, ["incident_4", "incident_2", "incident_1"]),
        (CleanupRequest(days=3), 0, [f"incident_{n}" for n in (4, 3, 2, 1)]),
    ],
)
def test_cleanup_goes_by_the_stores_own_clock(
    store: IncidentStore,
    reopen: Callable[[], IncidentStore],
    clock: Clock,
    request_: CleanupRequest,
    deleted: int,
    left: list[str],
) -> None:
    async def live() -> int:
        for number in range(3):
            await store.record(frame(number, None), b"jpeg", f"old-{number}")
        resolved = StatusUpdate(status=IncidentStatus.RESOLVED)
        await store.update_status("incident_3", resolved, "s")
        clock.now += timedelta(days=2)
        await store.record(frame(9, None), b"jpeg", "new")
        return await store.cleanup(request_)

    assert asyncio.run(live()) == deleted
    again = reopen()
    page = asyncio.run(again.find(IncidentQuery()))
    assert [incident.id for incident in page.incidents] == left
    for number in range(1, 5):
        path = f"/evidence/2026-03-04/incident_{number}.jpg"
        if f"incident_{number}" in left:
            assert asyncio.run(again.read_evidence(path)) == b"jpeg"
        else:
            with pytest.raises(NotFound):
                asyncio.run(again.read_evidence(path))
    assert asyncio.run(again.record(frame(key=None), None, "next")).incident.id == "incident_5"


def test_a_picture_that_cleanup_left_behind_is_swept(
    store: IncidentStore, reopen: Callable[[], IncidentStore], tmp_path: Path
) -> None:
    asyncio.run(store.record(frame(), b"jpeg", "k"))
    day = tmp_path / "var" / "evidence" / "2026-03-04"
    (day / "incident_77.jpg").write_bytes(b"nobody's")
    reopen().close()
    assert [file.name for file in day.iterdir()] == ["incident_1.jpg"]


def test_a_second_store_on_the_folder_is_refused(store: IncidentStore, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Another store"):
        IncidentStore(tmp_path / "var")
    assert store.health() == "ok"


def test_an_unknown_time_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Atlantis"):
        IncidentStore(tmp_path / "var", "Atlantis")


def test_a_closed_store_refuses_and_has_kept_what_waited(tmp_path: Path) -> None:
    store = IncidentStore(tmp_path / "var")

    async def close_while_writing() -> list[Recorded | BaseException]:
        calls = [asyncio.ensure_future(store.record(frame(n), None, f"{n}")) for n in range(20)]
        await asyncio.sleep(0)
        store.close()
        return await asyncio.gather(*calls, return_exceptions=True)

    answers = asyncio.run(close_while_writing())
    assert all(isinstance(answer, Recorded) for answer in answers)
    assert store.health() != "ok"
    with pytest.raises(ServiceUnavailable):
        asyncio.run(store.record(frame(), None, "late"))
