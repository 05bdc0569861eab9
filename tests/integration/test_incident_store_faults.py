"""The store through full disks and kills, in real processes."""

import asyncio
import hashlib
import json
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from data.journal import Journal

ROOT = Path(__file__).parents[2]
UNSEEN = Assessment(
    type=IncidentType.VIOLENCE,
    severity=Severity.LOW,
    confidence=1,
    reasoning="Another judgement of a frame that was kept already",
    captured_at=datetime(2026, 3, 4, tzinfo=UTC),
)


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
        told = f"{answer.incident.id} {int(answer.is_new)} {hashlib.sha256(jpeg).hexdigest()}"
        os.write(1, f"ACK {key} {told}\\n".encode())

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
    assert len(acknowledged) >= 50
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
    """Let it run, kill it at a random moment, and return what it acknowledged."""
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(b"go\n")
    writer.stdin.flush()
    first = b"".join(writer.stdout.readline() for _ in range(12))
    time.sleep(random.uniform(0, 0.15))
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read()
    writer.wait()
    writer.stdin.close()
    writer.stdout.close()
    lines = (first + rest).split(b"\n")[:-1]
    return [line.decode().split()[1:] for line in lines if line.startswith(b"ACK ")]


async def _check_acknowledged(store: IncidentStore, acknowledged: list[list[str]]) -> None:
    before = await store.statistics()
    await asyncio.gather(*(_check_one(store, *told) for told in acknowledged))
    assert await store.statistics() == before


async def _check_one(
    store: IncidentStore, key: str, incident_id: str, is_new: str, sha256: str
) -> None:
    again = await store.record(UNSEEN, None, key)
    assert (again.incident.id, again.is_new) == (incident_id, is_new == "1")
    assert again.incident.evidence_path is not None
    jpeg = await store.read_evidence(again.incident.evidence_path)
    assert hashlib.sha256(jpeg).hexdigest() == again.incident.evidence_sha256
    if again.is_new:
        assert again.incident.evidence_sha256 == sha256
