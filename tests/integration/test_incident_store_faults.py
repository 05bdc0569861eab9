"""The store through full and read-only disks, in real processes."""

import json
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
