"""What was acknowledged is there after `kill -9` of every process; after the end nothing runs."""

import contextlib
import os
import signal
from pathlib import Path

import httpx
import psutil
import pytest

from aegis.testing.running_system import RunningSystem, running_system
from aegis.testing.scenes.visits import render_clip
from tests.acceptance.opened_incident import SITE, OpenedIncident, open_incident, send_frame

SETTINGS = {"AEGIS_SITE_FILE": str(SITE), "AEGIS_REQUESTS_PER_MINUTE": "1000000"}


def test_acknowledged_incidents_survive_the_death_of_everything(tmp_path: Path) -> None:
    with running_system(tmp_path, SETTINGS) as system:
        with httpx.Client(base_url=system.url, timeout=60) as api:
            opened = open_incident(api, "CAM_01")
            before = _resolve(api, opened)
        _kill_everything(system)
    with running_system(tmp_path, SETTINGS) as system:
        with httpx.Client(base_url=system.url, timeout=60) as api:
            after = api.get(f"/api/incidents/{opened.id}").json()
            picture = api.get(after["evidence_path"])
            again = open_incident(api, "CAM_01")
        left = system.processes()
    assert after == before
    assert picture.status_code == 200
    assert int(again.id.removeprefix("incident_")) > int(opened.id.removeprefix("incident_"))
    _, alive = psutil.wait_procs(left, timeout=15)
    assert alive == [], "leaving ends every process that was started"


def test_a_terminal_that_closes_ends_every_process(tmp_path: Path) -> None:
    with running_system(tmp_path) as system:
        started = system.processes()
        os.kill(system.pid, signal.SIGHUP)
        _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []
    assert "Aegis has stopped" in (tmp_path / "serve.log").read_text()


@pytest.mark.parametrize("name", ["VisionAgent", "PlannerAgent", "StoreActor", "Coordinator"])
def test_a_killed_process_fails_no_caller(
    system: RunningSystem, api: httpx.Client, name: str
) -> None:
    killed = [it for it in system.processes() if name in _title(it)]
    assert killed, f"no process of {name}"
    for process in killed:
        process.kill()
    frame = next(iter(render_clip("visits", seed=5)))
    assert send_frame(api, frame, f"CAM_{name}")["incident"] is False
    for path in ("/api/incidents", "/api/stats", "/api/agents/stats"):
        assert api.get(path).status_code == 200


def _title(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


def _resolve(api: httpx.Client, opened: OpenedIncident) -> dict[str, object]:
    update = {"status": "resolved", "notes": "checked", "resolved_by": "operator_42"}
    api.post(f"/api/incidents/{opened.id}/status", json=update).raise_for_status()
    record: dict[str, object] = api.get(f"/api/incidents/{opened.id}").json()
    return record


def _kill_everything(system: RunningSystem) -> None:
    processes = system.processes()
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=15)
