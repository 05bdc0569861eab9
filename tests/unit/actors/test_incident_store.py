"""The store as its callers know it: through crashes, full disks and each other."""

import asyncio
import hashlib
import json
import random
import signal
import subprocess
import sys
import time
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
from data.journal import Journal

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


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


FULL_DISK = """
import asyncio, json, resource, sys, time
from pathlib import Path
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery
from aegis.errors import ServiceUnavailable

store = IncidentStore(Path(sys.argv[1]))
unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)

def record(key, evidence=None):
    seen = Assessment(type="intrusion", severity="low", confidence=1, reasoning="r",
                      captured_at="2026-03-04T12:00:00Z")
    try:
        return asyncio.run(store.record(seen, evidence, key)).incident.id
    except ServiceUnavailable:
        return "refused"

def total():
    return asyncio.run(store.find(IncidentQuery())).total

told = [record("a"), total()]
resource.setrlimit(resource.RLIMIT_FSIZE, (1, unlimited[1]))
told += [record("b"), record("c", b"jpeg"), store.health() == "ok", total()]
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
give_up_at = time.monotonic() + 10
while store.health() != "ok" and time.monotonic() < give_up_at:
    time.sleep(0.02)
told += [store.health(), record("b"), record("c", b"jpeg"), record("a"), total()]
print("TOLD" + json.dumps(told), flush=True)
store.close()
"""


def test_a_full_disk_refuses_writes_only_and_recovers_by_itself(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "var")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.partition("TOLD")[2])
    assert told == [
        *("incident_1", 1),
        *("refused", "refused", False, 1),
        *("ok", "incident_2", "incident_3", "incident_1", 3),
    ]


WRITERS = """
import asyncio, hashlib, os, sys, threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment

sys.stdin.readline()
store = IncidentStore(Path(sys.argv[1]))
run = sys.argv[2]

async def write(writer):
    number = 0
    while True:
        number += 1
        key = f"{run}-{writer}-{number}"
        seen = Assessment(
            type="intrusion", severity="high", confidence=80, reasoning=key,
            captured_at=datetime(2026, 3, 4, tzinfo=UTC) + timedelta(seconds=number),
            grouping_key=f"{run}-{writer}-{number // 2}" if writer % 2 else None,
        )
        jpeg = key.encode() * 500
        answer = await store.record(seen, jpeg, key)
        line = f"{key} {answer.incident.id} {int(answer.is_new)} {hashlib.sha256(jpeg).hexdigest()}"
        os.write(1, f"{line}\\n".encode())

threads = [threading.Thread(target=lambda n=n: asyncio.run(write(n))) for n in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


def test_what_was_acknowledged_before_a_kill_is_there_exactly_once(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    writers = [_start_writers(folder, run) for run in range(5)]
    acknowledged: list[list[str]] = []
    for writer in writers:
        acknowledged += _kill_while_writing(writer)
    assert len(acknowledged) > 50
    store = IncidentStore(folder)
    try:
        asyncio.run(_check_acknowledged(store, acknowledged))
    finally:
        store.close()
    journal = Journal(folder / "journal.sqlite")
    assert journal.verify().is_intact
    opened = [row.incident_id for row in journal.read(0, 10**9) if row.kind == "incident_opened"]
    journal.close()
    assert len(opened) == len(set(opened))
    assert list((folder / "evidence" / ".staged").iterdir()) == []


def _start_writers(folder: Path, run: int) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-c", WRITERS, str(folder), str(run)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def _kill_while_writing(writer: "subprocess.Popen[bytes]") -> list[list[str]]:
    """Let it run, kill it at a random moment, and return the lines it completed."""
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(b"go\n")
    writer.stdin.flush()
    first = writer.stdout.readline()
    time.sleep(random.uniform(0.02, 0.2))
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()
    writer.wait()
    writer.stdin.close()
    writer.stdout.close()
    lines = (first + rest).split(b"\n")[:-1]
    return [line.decode().split() for line in lines]


async def _check_acknowledged(store: IncidentStore, acknowledged: list[list[str]]) -> None:
    before = await store.statistics()
    for key, incident_id, is_new, sha256 in acknowledged:
        incident = await store.get(incident_id)
        assert incident.evidence_path is not None
        jpeg = await store.read_evidence(incident.evidence_path)
        assert hashlib.sha256(jpeg).hexdigest() == incident.evidence_sha256
        if is_new == "1":
            assert incident.evidence_sha256 == sha256
        again = await store.record(frame(reasoning=key), None, key)
        assert (again.incident.id, again.is_new) == (incident_id, is_new == "1")
    assert await store.statistics() == before
