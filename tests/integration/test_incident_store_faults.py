"""The store through full disks, in real processes."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
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
