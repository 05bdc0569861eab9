"""The store through full and read-only disks, in real processes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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


READ_ONLY_DISK = """
import asyncio, json, os, subprocess, sys, time
from pathlib import Path
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery
from aegis.errors import ServiceUnavailable

disk = Path(sys.argv[1])
disk.mkdir()
mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk])
if mounted.returncode:
    print("TOLD" + json.dumps("no mount"), flush=True)
    sys.exit(0)
store = IncidentStore(disk / "var")

def record(key, evidence=None):
    seen = Assessment(type="intrusion", severity="low", confidence=1, reasoning="r",
                      captured_at="2026-03-04T12:00:00Z")
    try:
        return asyncio.run(store.record(seen, evidence, key)).incident.id
    except ServiceUnavailable:
        return "refused"

def total():
    return asyncio.run(store.find(IncidentQuery())).total

def until_well():
    give_up_at = time.monotonic() + 10
    while store.health() != "ok" and time.monotonic() < give_up_at:
        time.sleep(0.02)
    return store.health()

told = [record("a", b"jpeg"), total()]
filler = disk / "filler"
try:
    filler.write_bytes(bytes(2**27))
except OSError:
    pass
told += [record("b", b"jpeg" * 9999), total()]
filler.unlink()
told += [until_well(), record("b", b"jpeg"), total()]
store.close()
os.execv(sys.executable, [sys.executable, "-c", sys.argv[2], str(disk), json.dumps(told)])
"""

REMOUNTED = """
import json, subprocess, sys
from pathlib import Path
from aegis.errors import ConfigurationError, ServiceUnavailable
from actors.incident_store import IncidentStore

disk, told = Path(sys.argv[1]), json.loads(sys.argv[2])
subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
try:
    IncidentStore(disk / "var")
except (ConfigurationError, ServiceUnavailable) as error:
    told.append("AEGIS_DATA_DIR" in str(error) or "readonly" in str(error))
subprocess.run(["mount", "-o", "remount,rw", disk], check=True)
store = IncidentStore(disk / "var")
told.append(store.health())
store.close()
print("TOLD" + json.dumps(told), flush=True)
"""


def test_a_disk_without_room_or_read_only_is_survived(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("a disk of one's own needs unshare")
    inside = [sys.executable, "-c", READ_ONLY_DISK, str(tmp_path / "disk"), REMOUNTED]
    done = subprocess.run(
        ["unshare", "--mount", "--map-root-user", "--user", *inside],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    if "no mount" in done.stdout or "unshare" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.partition("TOLD")[2])
    assert told[:2] == ["incident_1", 1]
    assert told[2:4] == ["refused", 1]
    assert told[4:7] == ["ok", "incident_2", 2]
    assert told[7:] == [True, "ok"]


BECOMES_READ_ONLY = """
import json, sys, time
from pathlib import Path
from actors.incident_store import IncidentStore
from aegis.testing.doubles import in_memory_runtime, ScriptedVision
from tests.unit.api.api_double import PIXEL, ApiDouble, threat

disk, switch = Path(sys.argv[1]), Path(sys.argv[2])
store = IncidentStore(disk)
runtime = in_memory_runtime(
    store=store, vault=store.vault, vision=ScriptedVision(*(threat() for _ in range(9)))
)
with ApiDouble(runtime=runtime) as api:

    def analyze(key):
        given = {"image": PIXEL, "camera_id": "C"}
        answer = api.post("/api/analyze", json=given, headers={"Idempotency-Key": key})
        return answer.json()["incident_id"] if answer.is_success else answer.status_code

    def decide():
        return api.post("/api/incidents/incident_1/status", json={"status": "resolved"}).status_code

    def hold():
        return api.post("/api/incidents/incident_1/hold", json={}).status_code

    def read():
        incident = api.get("/api/incidents/incident_1").json()
        total = api.get("/api/incidents?search=glances").json()["total"]
        return total, incident["status"], api.get(incident["evidence_path"]).status_code

    told = [analyze("a"), read()]
    switch.touch()
    told += [analyze("b"), decide(), hold(), store.health() == "ok", read()]
    time.sleep(1.5)  # its tries to go on fail meanwhile
    told += [analyze("c"), store.health() == "ok", read()]
    switch.unlink()
    give_up_at = time.monotonic() + 20
    while store.health() != "ok" and time.monotonic() < give_up_at:
        time.sleep(0.02)
    told += [store.health(), analyze("b"), analyze("a"), decide(), hold(), read()]
store.close()
store = IncidentStore(disk)
told += [store.health()]
store.close()
print("TOLD" + json.dumps(told), flush=True)
"""


@pytest.mark.skipif(shutil.which("gcc") is None, reason="the file layer is built by gcc")
def test_a_disk_that_becomes_read_only_is_503_for_writes_and_recovers_without_a_restart(
    tmp_path: Path,
) -> None:
    layer, disk, switch = tmp_path / "layer.so", tmp_path / "disk", tmp_path / "read-only"
    source = ROOT / "tests" / "chaos" / "read_only_disk.c"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", layer, source, "-ldl"], check=True)
    preloaded = {
        "LD_PRELOAD": str(layer),
        "READ_ONLY_ROOT": str(disk),
        "READ_ONLY_WHEN": str(switch),
    }
    done = subprocess.run(
        [sys.executable, "-c", BECOMES_READ_ONLY, str(disk), str(switch)],
        cwd=ROOT,
        env={**os.environ, **preloaded},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.partition("TOLD")[2])
    before, after = [1, "active", 200], [2, "resolved", 200]
    assert told == [
        *("incident_1", before),
        *(503, 503, 503, False, before),
        *(503, False, before),
        *("ok", "incident_2", "incident_1", 200, 200, after),
        "ok",
    ]
