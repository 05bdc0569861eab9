"""Two stores on one folder, in two processes: the later one fences the earlier."""

import asyncio
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from data.journal import Journal

ROOT = Path(__file__).parents[2]

FIRST = """
import asyncio, json, sys
from pathlib import Path
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment
from aegis.errors import StoreFenced

store = IncidentStore(Path(sys.argv[1]))
seen = Assessment(type="intrusion", severity="low", confidence=1, reasoning="r",
                  captured_at="2026-03-04T12:00:00Z")

def record(key):
    try:
        return asyncio.run(store.record(seen, key.encode(), key)).incident.id
    except StoreFenced as error:
        return f"fenced: {error}"

print(json.dumps(record("first-1")), flush=True)
sys.stdin.readline()
told = [record("first-2"), record("first-3"), store.health()]
print(json.dumps(told), flush=True)
store.close()
"""


def test_a_store_that_lost_the_folder_writes_no_more_and_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    first = subprocess.Popen(
        [sys.executable, "-c", FIRST, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert first.stdout
    assert json.loads(first.stdout.readline()) == "incident_1"
    (folder / "store.lock").unlink()  # what a lock is worth on a file system shared by machines
    second = IncidentStore(folder)
    try:
        incident_id = asyncio.run(_record(second))
        said, _ = first.communicate("go\n", timeout=60)
        refused = json.loads(said.splitlines()[-1])
        jpeg = asyncio.run(second.read_evidence(f"/evidence/2026-03-04/{incident_id}.jpg"))
    finally:
        second.close()
    assert incident_id == "incident_2"
    assert jpeg == b"second"
    assert all("epoch 2, this one had 1" in answer for answer in refused)
    journal = Journal(folder / "journal.sqlite")
    assert [row.incident_id for row in journal.read()] == ["incident_1", "incident_2"]
    journal.close()


async def _record(store: IncidentStore) -> str:
    seen = Assessment(
        type=IncidentType.INTRUSION,
        severity=Severity.LOW,
        confidence=1,
        reasoning="r",
        captured_at=datetime(2026, 3, 4, tzinfo=UTC),
    )
    return (await store.record(seen, b"second", "second-1")).incident.id
