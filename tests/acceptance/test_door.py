"""The door of the running system, with four ingress replicas: keys, limits, bodies, logs."""

import json
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from aegis.domain.api_key import ApiKey, KeyScope
from aegis.key_file import digest_of, editing, new_key, utc_now
from aegis.testing.running_system import RunningSystem, running_system
from tests.acceptance.door_load import RATE_HEADERS, besiege, call_often
from tests.acceptance.written_logs import lines_with, log_files

pytestmark = pytest.mark.timeout(400)
API_KEY = "the-key-for-everything-" + secrets.token_hex(8)
LIMIT = 100
TRUSTED = "127.0.0.0/8"
"""Stands for a proxy of the house, which says who its callers are."""
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="  # noqa: E501


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSystem]:
    data_dir: Path = tmp_path_factory.mktemp("door")
    settings = {
        "API_KEY": API_KEY,
        "REQUIRE_API_KEY": "false",
        "AEGIS_INGRESS_REPLICAS": "4",
        "AEGIS_REQUESTS_PER_MINUTE": str(LIMIT),
        "AEGIS_BODY_TIMEOUT_S": "5",
        "AEGIS_TRUSTED_PROXIES": TRUSTED,
    }
    with running_system(data_dir, settings) as running:
        yield running


@pytest.fixture(scope="module")
def keyed(system: RunningSystem) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=system.url, headers={"X-API-Key": API_KEY}, timeout=60) as client:
        yield client


def test_decision_25_four_replicas_let_exactly_the_limit_through(system: RunningSystem) -> None:
    crowd = call_often(system.url, "/api/health", 1000)
    assert crowd.statuses == {200: LIMIT, 429: 1000 - LIMIT}
    for answer in crowd.answers:
        assert all(name in answer.headers for name in RATE_HEADERS)
        assert ("retry-after" in answer.headers) == (answer.status_code == 429)


def test_half_sent_bodies_stop_nobody(system: RunningSystem) -> None:
    siege = besiege(system.url, 100, 2, [f"X-API-Key: {API_KEY}"], wait_for_ends_s=30)
    assert len(siege.health_s) > 5
    assert {end.split(" ")[1] for end in siege.ends} == {"408"}


def test_decision_24_keys_rotate_while_it_serves(
    system: RunningSystem, keyed: httpx.Client
) -> None:
    secret, path = new_key(), system.data_dir / "keys.json"
    made = ApiKey(
        id="key_rotated",
        name="Rotated",
        sha256=digest_of(secret),
        scopes=frozenset({KeyScope.READ}),
        created_at=utc_now(),
    )

    def statuses(route: str) -> set[int]:
        """Over many connections, so that every replica is asked; from an address of its own."""
        header = {"X-API-Key": secret, "X-Forwarded-For": "198.51.100.1"}
        return {httpx.get(system.url + route, headers=header).status_code for _ in range(12)}

    assert statuses("/api/stats") == {401}
    with editing(path) as keys:
        keys.append(made)
    _wait_until(lambda: statuses("/api/stats") == {200})
    assert (
        httpx.post(
            f"{system.url}/api/analyze", headers={"X-API-Key": secret}, content=b"{}"
        ).json()["error"]["code"]
        == "FORBIDDEN"
    )
    with editing(path) as keys:
        keys[:] = [made.model_copy(update={"revoked_at": utc_now()})]
    _wait_until(lambda: statuses("/api/stats") == {401})
    assert keyed.get("/api/stats").status_code == 200


def _wait_until(claim: Callable[[], bool], within_s: float = 15) -> None:
    end = time.monotonic() + within_s
    while not claim():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.5)


def test_decision_8_a_key_means_one_request_in_every_replica(system: RunningSystem) -> None:
    def send(number: int) -> int:
        """On a connection of its own, so that any replica may get it."""
        body = json.dumps({"image": PIXEL, "frame_number": number})
        headers = {"X-API-Key": API_KEY, "Idempotency-Key": "across-replicas"}
        url = f"{system.url}/api/analyze"
        return httpx.post(url, content=body, headers=headers, timeout=60).status_code

    assert [send(1) for _ in range(8)] == [200] * 8
    assert [send(2) for _ in range(8)] == [422] * 8


@pytest.mark.parametrize("asked", ["0", "0.001", "-1", "nonsense", "1e9"])
def test_decision_30_a_callers_deadline_is_not_heard(keyed: httpx.Client, asked: str) -> None:
    answer = keyed.get("/api/stats", headers={"x-request-timeout-seconds": asked})
    assert answer.status_code == 200


def test_secrets_are_in_no_log_and_a_request_id_finds_its_line(
    system: RunningSystem, keyed: httpx.Client
) -> None:
    hidden = {name: f"{name}-{secrets.token_hex(12)}" for name in ("wrong", "query", "notes")}
    answer = keyed.get("/api/incidents?limit=1", headers={"X-Request-ID": "find-this-request"})
    assert answer.headers["X-Request-ID"] == "find-this-request"
    _send_secrets_everywhere(system, keyed, hidden)
    time.sleep(1)
    assert len(log_files(system)) > 10, "the logs of Ray's session were not found"
    for secret in (API_KEY, *hidden.values(), PIXEL[:60], digest_of(API_KEY)[:12]):
        assert lines_with(system, secret) == [], secret[:6]
    found = [json.loads(it) for _, it in lines_with(system, "find-this-request") if "caller" in it]
    assert [it["event"] for it in found] == ["request"]
    line = found[0]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/incidents", 200)
    assert line["caller"] == "key:API_KEY"
    assert line["duration_ms"] > 0


def _send_secrets_everywhere(
    system: RunningSystem, keyed: httpx.Client, hidden: dict[str, str]
) -> None:
    wrong, query, notes = hidden["wrong"], hidden["query"], hidden["notes"]
    httpx.get(f"{system.url}/api/stats", headers={"X-API-Key": wrong})
    httpx.get(f"{system.url}/api/stats?api_key={query}&q={notes}")
    keyed.get("/api/incidents", params={"q": notes, "status": notes, "cursor": notes})
    keyed.post("/api/analyze", json={"image": PIXEL, "metadata": {"location": notes}})
    keyed.post("/api/analyze", json={"image": notes, "frame_number": notes})
    keyed.post("/api/analyze", content=f'{{"image": "{PIXEL}", "x": {notes}')
    keyed.post(
        "/api/analyze", json={"image": PIXEL[:70] + "AAAA", "metadata": {"camera_id": notes}}
    )
    update = {"status": "resolved", "notes": notes, "resolved_by": notes}
    keyed.post("/api/incidents/incident_999/status", json=update)
    keyed.post("/api/incidents/incident_999/status", json={"status": notes, "notes": [notes]})
    action = {"action_type": "sound_alarm", "incident_id": notes, "parameters": {"message": notes}}
    keyed.post("/api/actions/execute", json=action)
    socket = system.url.replace("http", "ws") + "/ws/analysis"
    for address, protocols in (
        (f"{socket}?api_key={query}", None),
        (f"{socket}?api_key={API_KEY}&types=system_status", None),
        (socket, [Subprotocol(f"aegis.key.{wrong}")]),
        (socket, [Subprotocol(f"aegis.key.{API_KEY}")]),
    ):
        try:
            with connect(address, subprotocols=protocols, open_timeout=30) as opened:
                opened.recv(timeout=30)
        except (ConnectionClosed, InvalidStatus):
            pass


def test_decision_30_a_replica_killed_while_it_answers_is_an_envelope(
    system: RunningSystem,
) -> None:
    with httpx.Client(base_url=system.url, timeout=60) as client:

        def body() -> Iterator[bytes]:
            yield b'{"image": "'
            time.sleep(0.5)
            for process in _ingress(system):
                process.kill()
            time.sleep(0.5)
            yield b'"}'

        headers = {"X-API-Key": API_KEY, "X-Request-ID": "cut-short"}
        answer = client.post("/api/analyze", content=body(), headers=headers)
    assert answer.status_code == 503
    told = answer.json()
    assert told["error"]["code"] == "SERVICE_UNAVAILABLE"
    assert told["request_id"] == answer.headers["X-Request-ID"] == "cut-short"
    assert answer.headers["Retry-After"] == "1"


def _ingress(system: RunningSystem) -> list[psutil.Process]:
    return [it for it in system.processes() if "Ingress" in it.cmdline()[0]]
