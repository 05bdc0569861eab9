"""What the service says of itself: the document's examples and decisions 20 to 23, 30, 31."""

import re
from typing import Any

import pytest

from aegis.domain.response import ActionType
from aegis.domain.statistics import AgentStatistics
from aegis.testing.doubles import FixedMonitor, in_memory_runtime
from tests.unit.api.api_double import PIXEL, ApiDouble, threat


def test_document_root(shared_api: ApiDouble) -> None:
    assert shared_api.get("/").json() == {
        "name": "AegisAI",
        "version": "2.5.0",
        "description": "Autonomous Security & Incident Response Agent",
        "docs": "/docs",
    }


@pytest.mark.parametrize("path", ["/health", "/api/health"])
def test_decision_21_health_is_200_when_every_component_is_ok(
    shared_api: ApiDouble, path: str
) -> None:
    answer = shared_api.get(path)
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["status", "components", "timestamp", "uptime_seconds"]
    assert body["status"] == "healthy"
    assert body["components"] == {"database": "ok", "vision_agent": "ok", "planner_agent": "ok"}


@pytest.mark.parametrize("component", ["database", "vision_agent", "planner_agent"])
def test_decision_21_health_is_503_with_the_same_body_otherwise(component: str) -> None:
    monitor = FixedMonitor(**{component: "no answer"})
    with ApiDouble(runtime=in_memory_runtime(monitor=monitor)) as api:
        answer = api.get("/health")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unhealthy"
    assert answer.json()["components"][component] == "no answer"


def test_decision_21_a_monitor_that_fails_is_unhealthy_and_livez_still_answers() -> None:
    class BrokenMonitor(FixedMonitor):
        async def component_health(self) -> Any:
            raise ConnectionError

    with ApiDouble(runtime=in_memory_runtime(monitor=BrokenMonitor())) as api:
        assert api.get("/health").status_code == 503
        assert api.get("/livez").json() == {"status": "alive"}


def test_decision_20_stats_of_an_empty_store_have_every_key(quiet_api: ApiDouble) -> None:
    body = quiet_api.get("/api/stats").json()
    assert body == {
        "total_incidents": 0,
        "active_incidents": 0,
        "open_incidents": 0,
        "incidents_today": 0,
        "incidents_this_week": 0,
        "incidents_by_severity": {"low": 0, "medium": 0, "high": 0, "critical": 0},
        "incidents_by_type": {
            "violence": 0,
            "suspicious_behavior": 0,
            "intrusion": 0,
            "vandalism": 0,
            "normal": 0,
        },
        "average_confidence": 0.0,
        "false_positive_rate": 0.0,
        "response_time_avg_ms": 0.0,
        "frames_analyzed": 0,
    }


def test_decision_20_stats_count(api: ApiDouble) -> None:
    for _ in range(4):
        api.analyze()
    api.post("/api/incidents/incident_1/status", json={"status": "false_positive"})
    api.post("/api/incidents/incident_2/status", json={"status": "escalated"})
    body = api.get("/api/stats").json()
    assert (body["total_incidents"], body["active_incidents"], body["open_incidents"]) == (4, 2, 3)
    assert body["false_positive_rate"] == 0.25
    assert body["average_confidence"] == 82.5


def test_decision_22_agents_stats_have_the_document_fields() -> None:
    monitor = FixedMonitor()
    monitor.agents["vision_agent"] = AgentStatistics(
        agent="VisionAgent",
        total_calls=1500,
        total_errors=12,
        error_rate=0.008,
        avg_response_time_ms=1200,
        uptime_hours=24.5,
    )
    with ApiDouble(runtime=in_memory_runtime(monitor=monitor)) as api:
        body = api.get("/api/agents/stats").json()
        assert api.get("/api/stats").json()["frames_analyzed"] == 1488
    assert body["vision_agent"] == {
        "agent": "VisionAgent",
        "total_calls": 1500,
        "total_errors": 12,
        "error_rate": 0.008,
        "avg_response_time_ms": 1200.0,
        "uptime_hours": 24.5,
    }
    assert body["planner_agent"]["agent"] == "PlannerAgent"


def test_document_action_example_says_that_it_is_simulated(api: ApiDouble) -> None:
    incident_id = api.analyze()["incident_id"]
    answer = api.post(
        "/api/actions/execute",
        json={
            "action_type": "alert_security",
            "incident_id": incident_id,
            "parameters": {"urgency": "high", "message": "Immediate response required"},
        },
    )
    body = answer.json()
    assert answer.status_code == 200
    assert list(body) == ["action_id", "status", "result"]
    assert (body["status"], body["result"]["simulated"]) == ("completed", True)
    assert body["result"]["notification_sent"] is False


@pytest.mark.parametrize("action", ActionType)
def test_decisions_11_and_23_type_and_sentence_are_the_same_action(
    api: ApiDouble, action: ActionType
) -> None:
    incident_id = api.analyze()["incident_id"]
    for word in (action.value, action.sentence):
        given = {"action_type": word, "incident_id": incident_id}
        assert api.post("/api/actions/execute", json=given).status_code == 200
    taken = api.get(f"/api/incidents/{incident_id}").json()["actions_taken"]
    assert [it["action"] for it in taken] == [action.value] * 2


def test_decision_23_a_double_click_is_one_alarm(api: ApiDouble) -> None:
    incident_id = api.analyze()["incident_id"]
    given: dict[str, Any] = {
        "json": {"action_type": "sound_alarm", "incident_id": incident_id},
        "headers": {"Idempotency-Key": "click"},
    }
    answers = [api.post("/api/actions/execute", **given).json() for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(api.get(f"/api/incidents/{incident_id}").json()["actions_taken"]) == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"action_type": "sound_alarm", "incident_id": "incident_9"}, 404, "INCIDENT_NOT_FOUND"),
        ({"action_type": "sound_alarm", "incident_id": "../etc"}, 404, "INCIDENT_NOT_FOUND"),
        ({"action_type": "sound_alarm", "incident_id": ""}, 404, "INCIDENT_NOT_FOUND"),
        ({"action_type": "sound_alarm", "incident_id": 9}, 422, "VALIDATION_ERROR"),
        ({"action_type": "sound_alarm"}, 422, "VALIDATION_ERROR"),
        ({"incident_id": "incident_1"}, 422, "VALIDATION_ERROR"),
        ({"action_type": "launch", "incident_id": "incident_1"}, 422, "VALIDATION_ERROR"),
        ({"action_type": "alert security personnel", "incident_id": "incident_1"}, 422, None),
        ({"action_type": None, "incident_id": "incident_1"}, 422, "VALIDATION_ERROR"),
        ({"action_type": ["lock_doors"], "incident_id": "incident_1"}, 422, "VALIDATION_ERROR"),
        ({"action_type": "lock_doors", "incident_id": "incident_1", "parameters": []}, 422, None),
        ({"action_type": "lock_doors", "incident_id": "incident_1", "parameters": None}, 422, None),
    ],
)
def test_decision_23_bad_actions_are_refused(
    shared_api: ApiDouble, body: dict[str, Any], status: int, code: str | None
) -> None:
    answer = shared_api.post("/api/actions/execute", json=body)
    assert answer.status_code == status
    assert code is None or answer.json()["error"]["code"] == code


ENVELOPES = [
    ("GET", "/nowhere", 404, "NOT_FOUND"),
    ("GET", "/api/nowhere", 404, "NOT_FOUND"),
    ("GET", "/api/incidents/", 404, "NOT_FOUND"),
    ("GET", "/docs/assets/nothing.js", 404, "NOT_FOUND"),
    ("PUT", "/api/incidents", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/api/analyze", 405, "METHOD_NOT_ALLOWED"),
    ("DELETE", "/api/incidents/incident_1", 405, "METHOD_NOT_ALLOWED"),
    ("POST", "/docs/assets/favicon.png", 405, "METHOD_NOT_ALLOWED"),
    ("TRACE", "/api/stats", 405, "METHOD_NOT_ALLOWED"),
    ("GET", "/api/incidents/incident_9", 404, "INCIDENT_NOT_FOUND"),
    ("POST", "/api/analyze", 422, "VALIDATION_ERROR"),
]


@pytest.mark.parametrize(("method", "path", "status", "code"), ENVELOPES)
def test_decision_30_every_error_is_the_envelope(
    shared_api: ApiDouble, method: str, path: str, status: int, code: str
) -> None:
    answer = shared_api.request(method, path)
    body = answer.json()
    assert answer.status_code == status
    assert list(body) == ["error", "timestamp", "request_id"]
    assert list(body["error"]) == ["code", "message", "details"]
    assert body["error"]["code"] == code
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", body["timestamp"])
    assert body["request_id"] == answer.headers["X-Request-ID"]


def test_decision_30_a_refused_method_names_the_allowed_ones(shared_api: ApiDouble) -> None:
    assert shared_api.request("PUT", "/api/stats").headers["Allow"] == "GET"


@pytest.mark.parametrize(
    ("sent", "is_kept"),
    [
        ("req_abc123", True),
        ("0b5d5d7e-5b1b-4b8a-9d7c-1f2a3b4c5d6e", True),
        ("x" * 128, True),
        ("x" * 129, False),
        ("two words", False),
        ("<script>", False),
        ("", False),
    ],
)
def test_decision_30_a_sane_request_id_is_kept(
    shared_api: ApiDouble, sent: str, is_kept: bool
) -> None:
    answer = shared_api.get("/api/incidents/incident_9", headers={"X-Request-ID": sent})
    told = answer.headers["X-Request-ID"]
    assert (told == sent) is is_kept
    assert is_kept or told.startswith("req_")
    assert answer.json()["request_id"] == told


def test_decision_30_the_unforeseen_tells_nothing_and_is_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class BrokenMonitor(FixedMonitor):
        async def agent_statistics(self) -> Any:
            raise KeyError("/opt/secret/path")

    with ApiDouble(runtime=in_memory_runtime(monitor=BrokenMonitor())) as api:
        answer = api.get("/api/agents/stats", headers={"X-Request-ID": "trace_me"})
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "INTERNAL_ERROR"
    assert "secret" not in answer.text
    assert "KeyError" not in answer.text
    logged = [line for line in capsys.readouterr().out.splitlines() if "unexpected_error" in line]
    assert len(logged) == 1
    assert "trace_me" in logged[0]


def test_no_key_notes_image_or_query_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with ApiDouble(threat(), api_key="s3cret-key") as api:
        headers = {"X-API-Key": "s3cret-key"}
        api.post("/api/analyze", json={"image": PIXEL}, headers=headers)
        update = {"status": "resolved", "notes": "private-notes"}
        api.post("/api/incidents/incident_1/status", json=update, headers=headers)
        api.get("/api/incidents?q=private-words", headers={"X-API-Key": "wr0ng-key"})
    logged = capsys.readouterr().out
    assert "/api/incidents" in logged
    for private in ("s3cret", "wr0ng", "private", PIXEL[:20]):
        assert private not in logged


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_decision_31_pages_load_nothing_from_elsewhere(shared_api: ApiDouble, path: str) -> None:
    answer = shared_api.get(path)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    sources = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert sources
    for source in sources:
        assert source.startswith("/docs/assets/")
        assert shared_api.get(source).status_code == 200
    assert "https://" not in answer.text


def test_the_console_is_open_and_loads_only_its_own_files() -> None:
    with ApiDouble(api_key="correct-horse") as api:
        page = api.get("/console")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        sources = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
        assert sorted(sources) == ["/console/console.css", "/console/console.js"]
        assert {api.get(source).status_code for source in sources} == {200}
        assert "innerHTML" not in api.get("/console/console.js").text
        assert api.get("/console/nothing").status_code == 404
        assert api.get("/console/..%2Fsettings.py").status_code == 404


def test_decision_30_a_refused_method_names_all_that_the_path_answers(
    shared_api: ApiDouble,
) -> None:
    answer = shared_api.request("PUT", "/api/incidents/incident_1/hold")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "DELETE, POST")
