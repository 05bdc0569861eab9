"""Rules, site and thresholds change while the system runs, in every replica."""

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import psutil
import pytest
import yaml

from aegis.testing.running_system import RunningSystem
from aegis.testing.scenes.visits import render_clip
from tests.acceptance.opened_incident import open_incident, send_frame

_LONGEST_S = 60.0
HALL = {"name": "hall", "restricted": True, "polygon": [[0, 0.3], [1, 0.3], [1, 1], [0, 1]]}


@pytest.fixture
def policies(api: httpx.Client) -> Iterator[dict[str, Any]]:
    """What is in force; it is again afterwards."""
    before: dict[str, Any] = api.get("/api/policies").json()
    yield before
    api.put("/api/policies", json={"version": before["version"]["number"]}).raise_for_status()


def put(api: httpx.Client, **body: Any) -> dict[str, Any]:
    answer = api.put("/api/policies", json=body)
    assert answer.status_code == 200, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def describe(policies: dict[str, Any], camera_id: str) -> dict[str, Any]:
    """The site in force with one camera more, whose hall is closed."""
    site: dict[str, Any] = yaml.safe_load(policies["version"]["texts"]["site"])
    site["cameras"][camera_id] = {"zones": [HALL]}
    return site


def seconds_until(is_so: Callable[[], bool]) -> float:
    begin = time.monotonic()
    while not is_so():
        assert time.monotonic() - begin < _LONGEST_S
        time.sleep(0.1)
    return time.monotonic() - begin


def agent_pids(system: RunningSystem) -> set[int]:
    titles = {it.pid: title_of(it) for it in system.processes()}
    return {pid for pid, title in titles.items() if "VisionAgent" in title}


def title_of(process: psutil.Process) -> str:
    with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


def version_of(api: httpx.Client, incident_id: str) -> str:
    return str(api.get(f"/api/incidents/{incident_id}").json()["policy_version"])


def test_a_new_site_judges_in_every_replica_without_a_restart(
    api: httpx.Client, system: RunningSystem, policies: dict[str, Any]
) -> None:
    first, second = f"NEW_{time.time_ns()}", f"NEWER_{time.time_ns()}"
    frames = list(render_clip("visits", seed=1, fps=5))
    assert not any(send_frame(api, frame, first)["incident"] for frame in frames[:10])
    agents = agent_pids(system)
    kept = put(api, site=describe(policies, first), note="another camera")
    assert kept["policy_version"] != policies["version"]["policy_version"]

    def is_judged_by_it() -> bool:
        opened = open_incident(api, first)
        return version_of(api, opened.id) == str(kept["policy_version"])

    assert seconds_until(is_judged_by_it) < _LONGEST_S
    # Another camera may be another replica's.
    newer = put(api, site=describe(policies, second))
    time.sleep(2)
    assert version_of(api, open_incident(api, second).id) == newer["policy_version"]
    assert agent_pids(system) == agents


def test_a_bad_policy_is_refused_whole_and_the_old_one_goes_on(
    api: httpx.Client, policies: dict[str, Any]
) -> None:
    body = "site: {name: x}\nrules: {version: 1, rules: [{name: 7}]}\n"
    answer = api.put("/api/policies", content=body)
    assert answer.status_code == 422
    problems = answer.json()["error"]["details"]["errors"]
    assert {problem["line"] for problem in problems} == {2}
    assert api.get("/api/policies").json()["version"] == policies["version"]


def test_a_false_positive_moves_the_threshold_and_taking_it_back_moves_it_back(
    api: httpx.Client, policies: dict[str, Any]
) -> None:
    camera = f"FP_{time.time_ns()}"
    put(api, site=describe(policies, camera))
    time.sleep(2)
    opened = open_incident(api, camera)

    def threshold() -> tuple[float, list[str]]:
        cameras = api.get("/api/policies/restricted_zone").json()["cameras"]
        found = [it for it in cameras if it["camera_id"] == camera]
        return (
            (found[0]["threshold"], [move["incident_id"] for move in found[0]["moves"]])
            if found
            else (0, [])
        )

    for status, expected in (("false_positive", (45, [opened.id])), ("active", (0, []))):
        answer = api.post(f"/api/incidents/{opened.id}/status", json={"status": status})
        answer.raise_for_status()
        assert threshold() == expected
