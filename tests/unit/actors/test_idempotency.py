"""Decisions 8 and 23: a key means one request, in every replica and after a restart."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from actors.action_dispatcher import ActionDispatcher
from actors.incident_store import IncidentStore
from actors.request_memory import RequestMemory
from aegis.errors import ValidationFailed
from aegis.testing.doubles import InMemoryEvents, ScriptedVision, in_memory_runtime, nothing_seen
from tests.unit.api.api_double import PIXEL, ApiDouble, threat

KEY = {"Idempotency-Key": "retry-1"}
FRAME = {"image": PIXEL, "frame_number": 1}


@dataclass
class System:
    """Two replicas over one store on disk; `restart` loses all that is not on it."""

    folder: Path
    stack: ExitStack
    vision: ScriptedVision

    def __post_init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self.store = IncidentStore(self.folder)
        self.stack.callback(self.store.close)
        events = InMemoryEvents()
        runtime = in_memory_runtime(
            store=self.store,
            vision=self.vision,
            events=events,
            dispatcher=ActionDispatcher(self.store, events),
            vault=self.store.vault,
        )
        self.replicas = [self.stack.enter_context(ApiDouble(runtime=runtime)) for _ in range(2)]

    def restart(self) -> None:
        self.stack.close()
        self._start()

    def post(self, replica: int, path: str, body: Any, key: str = "retry-1") -> httpx.Response:
        headers = {"Idempotency-Key": key}
        return self.replicas[replica].post(path, content=json.dumps(body), headers=headers)


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    vision = ScriptedVision(threat(), threat(reasoning="Another look, other words"))
    with ExitStack() as stack:
        yield System(tmp_path, stack, vision)


def but_for_this_call(answer: httpx.Response) -> dict[str, Any]:
    """The request's own id and its measured time are the only fields that may differ."""
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return {key: it for key, it in body.items() if key not in {"request_id", "processing_time_ms"}}


def open_incident(system: System) -> str:
    incident_id = system.post(0, "/api/analyze", FRAME, key="opening").json()["incident_id"]
    assert isinstance(incident_id, str)
    return incident_id


@pytest.mark.parametrize("is_restarted", [False, True])
def test_decision_8_same_key_and_body_is_the_same_answer(
    system: System, *, is_restarted: bool
) -> None:
    first = system.post(0, "/api/analyze", FRAME)
    if is_restarted:
        system.restart()
    again = system.post(1, "/api/analyze", FRAME)
    assert but_for_this_call(again) == but_for_this_call(first)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len(system.vision.frames) == 1
    total = system.replicas[0].get("/api/incidents").json()["total"]
    assert total == 1


def test_decision_8_a_frame_that_extended_an_incident_is_answered_as_it_was(
    tmp_path: Path,
) -> None:
    grouped = threat(grouping_key="door", quiet_gap_s=1e9)
    verdicts = [
        grouped,
        grouped.model_copy(update={"confidence": 50.0, "reasoning": "Barely to be seen"}),
        grouped.model_copy(update={"reasoning": "Never told"}),
    ]
    with ExitStack() as stack:
        system = System(tmp_path, stack, ScriptedVision(*verdicts))
        open_incident(system)
        first = system.post(0, "/api/analyze", FRAME)
        system.restart()
        again = system.post(1, "/api/analyze", FRAME)
        assert first.json()["new_incident"] is False
        assert first.json()["reasoning"] == "Barely to be seen"
        assert but_for_this_call(again) == but_for_this_call(first)


@pytest.mark.parametrize("is_restarted", [False, True])
def test_decision_8_same_key_and_another_body_is_422(system: System, *, is_restarted: bool) -> None:
    system.post(0, "/api/analyze", FRAME)
    if is_restarted:
        system.restart()
    other = system.post(1, "/api/analyze", FRAME | {"frame_number": 2})
    assert (other.status_code, other.json()["error"]["code"]) == (422, "VALIDATION_ERROR")
    assert len(system.vision.frames) == 1


def test_decision_8_without_an_incident_another_body_is_422_in_every_replica(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        system = System(tmp_path, stack, ScriptedVision(nothing_seen()))
        first = system.post(0, "/api/analyze", FRAME)
        assert first.json()["incident"] is False
        assert system.post(1, "/api/analyze", FRAME).json()["incident"] is False
        other = system.post(1, "/api/analyze", FRAME | {"frame_number": 2})
        assert other.status_code == 422


@pytest.mark.parametrize("is_restarted", [False, True])
def test_decision_8_a_decision_counts_once(system: System, *, is_restarted: bool) -> None:
    path = f"/api/incidents/{open_incident(system)}/status"
    first = system.post(0, path, {"status": "resolved", "notes": "seen"})
    between = system.post(0, path, {"status": "active"}, key="between")
    assert between.status_code == 200
    if is_restarted:
        system.restart()
    again = system.post(1, path, {"status": "resolved", "notes": "seen"})
    assert again.json() == first.json()
    for other in ({"status": "escalated"}, {"notes": "seen", "status": "resolved"}):
        assert system.post(1, path, other).status_code == 422
    history = system.replicas[0].get(path.removesuffix("/status")).json()["status_history"]
    assert [it["status"] for it in history] == ["resolved", "active"]


@pytest.mark.parametrize("is_restarted", [False, True])
def test_decision_8_a_key_of_a_hold_means_one_request(
    system: System, *, is_restarted: bool
) -> None:
    path = f"/api/incidents/{open_incident(system)}/hold"
    first = system.post(0, path, {"reason": "Case 7"})
    assert (
        system.replicas[0].request("DELETE", path, headers={"Idempotency-Key": "away"}).status_code
        == 200
    )
    if is_restarted:
        system.restart()
    again = system.post(1, path, {"reason": "Case 7"})
    assert again.json() == first.json()
    assert system.post(1, path, {"reason": "Case 8"}).status_code == 422
    assert system.replicas[1].request("DELETE", path, headers=KEY).status_code == 422
    assert system.post(1, path, {"reason": "Case 7"}, key="away").status_code == 422
    incident = system.replicas[0].get(path.removesuffix("/hold")).json()
    assert incident["hold"] is None


def test_decision_8_a_key_that_released_nothing_is_taken(system: System) -> None:
    path = f"/api/incidents/{open_incident(system)}/hold"
    assert system.replicas[0].request("DELETE", path, headers=KEY).status_code == 200
    system.restart()
    assert system.post(0, path, {"reason": "Case 7"}).status_code == 422


@pytest.mark.parametrize("is_restarted", [False, True])
def test_decision_23_a_double_click_is_one_alarm(system: System, *, is_restarted: bool) -> None:
    incident_id = open_incident(system)
    click = {"action_type": "sound_alarm", "incident_id": incident_id, "parameters": {"zone": 1}}
    first = system.post(0, "/api/actions/execute", click)
    if is_restarted:
        system.restart()
    again = system.post(1, "/api/actions/execute", click)
    assert again.json() == first.json()
    other = system.post(1, "/api/actions/execute", click | {"parameters": {"zone": 2}})
    assert other.status_code == 422
    incident = system.replicas[0].get(f"/api/incidents/{incident_id}").json()
    assert len(incident["actions_taken"]) == 1


def test_decision_8_without_a_key_every_request_counts(system: System) -> None:
    path = f"/api/incidents/{open_incident(system)}/status"
    for status in ("resolved", "active", "resolved"):
        assert system.replicas[0].post(path, json={"status": status}).status_code == 200
    history = system.replicas[0].get(path.removesuffix("/status")).json()["status_history"]
    assert len(history) == 3


def test_the_request_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = RequestMemory(most_keys=2)
    for key in "ab":
        memory.claim(key, "1")
    memory.claim("a", "1")
    memory.claim("c", "1")
    memory.claim("b", "2")
    with pytest.raises(ValidationFailed):
        memory.claim("c", "2")
