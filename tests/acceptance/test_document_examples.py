"""Every example of the API document, against the running system over real HTTP and WebSocket."""

import asyncio
import base64
import json
import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import websockets

from aegis.testing.running_system import RunningSystem
from tests.acceptance.opened_incident import OpenedIncident

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="  # noqa: E501
DETAIL_FIELDS = {
    "id", "timestamp", "type", "severity", "confidence", "status", "reasoning", "subjects",
    "response_plan", "evidence_path", "actions_taken", "created_at", "updated_at",
}  # fmt: skip


def _is_utc(text: object) -> bool:
    return isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", text) is not None


def test_root_names_the_service(api: httpx.Client) -> None:
    assert api.get("/").json() == {
        "name": "AegisAI",
        "version": "2.5.0",
        "description": "Autonomous Security & Incident Response Agent",
        "docs": "/docs",
    }


def test_health_is_healthy_with_every_component_ok(api: httpx.Client) -> None:
    answer = api.get("/health")
    body = answer.json()
    assert answer.status_code == 200
    assert body["status"] == "healthy"
    assert body["components"] == {"database": "ok", "vision_agent": "ok", "planner_agent": "ok"}
    assert _is_utc(body["timestamp"])
    assert isinstance(body["uptime_seconds"], int)


def test_the_curl_example_is_a_frame_without_incident(api: httpx.Client) -> None:
    answer = api.post("/api/analyze", json={"image": PIXEL, "frame_number": 1})
    body = answer.json()
    assert answer.status_code == 200
    assert body["incident"] is False
    assert (body["type"], body["severity"]) == ("normal", "low")
    assert body["incident_id"] is None
    assert body["recommended_actions"] == body["response_plan"] == []
    assert 0 <= body["confidence"] <= 100
    assert body["processing_time_ms"] > 0


def test_analyze_answers_the_documented_fields_for_an_incident(opened: OpenedIncident) -> None:
    answer = opened.answer
    assert answer["incident"] is True
    assert answer["type"] == "intrusion"
    assert answer["severity"] in {"low", "medium", "high", "critical"}
    assert answer["reasoning"]
    assert all({"description", "behavior", "location"} <= set(it) for it in answer["subjects"])
    assert "Alert security personnel" in answer["recommended_actions"]
    assert {"step", "action", "priority", "parameters", "reasoning", "requires_approval"} <= set(
        answer["response_plan"][0]
    )
    assert _is_utc(answer["timestamp"])


def test_the_list_carries_total_and_pagination(api: httpx.Client, opened: OpenedIncident) -> None:
    body = api.get("/api/incidents").json()
    assert body["total"] >= 1
    assert {"limit": 100, "offset": 0, "has_more": False}.items() <= body["pagination"].items()
    assert opened.id in [incident["id"] for incident in body["incidents"]]
    assert set(body["incidents"][0]) >= DETAIL_FIELDS


@pytest.mark.parametrize("which", ["matching", "other"])
def test_the_list_filters_by_status_and_severity(
    api: httpx.Client, opened: OpenedIncident, which: str
) -> None:
    severity = opened.answer["severity"]
    wanted = severity if which == "matching" else next(iter({"low", "critical"} - {severity}))
    body = api.get("/api/incidents", params={"status": "active", "severity": wanted}).json()
    assert (opened.id in [it["id"] for it in body["incidents"]]) is (which == "matching")


def test_the_list_filters_by_date(api: httpx.Client, opened: OpenedIncident) -> None:
    day = timedelta(days=1)
    now = datetime.now(UTC)
    for from_date, is_in in ((now - day, True), (now + day, False)):
        body = api.get("/api/incidents", params={"from_date": from_date.isoformat()}).json()
        assert (opened.id in [it["id"] for it in body["incidents"]]) is is_in


def test_the_detail_is_the_whole_record(api: httpx.Client, opened: OpenedIncident) -> None:
    body = api.get(f"/api/incidents/{opened.id}").json()
    assert set(body) >= DETAIL_FIELDS
    assert body["id"] == opened.id
    assert re.fullmatch(r"/evidence/\d{4}-\d\d-\d\d/incident_\d+\.jpg", body["evidence_path"])


def test_evidence_is_a_jpeg_behind_its_path(api: httpx.Client, opened: OpenedIncident) -> None:
    path = api.get(f"/api/incidents/{opened.id}").json()["evidence_path"]
    answer = api.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content[:2] == b"\xff\xd8"


def test_an_unknown_incident_is_404(api: httpx.Client) -> None:
    answer = api.get("/api/incidents/incident_999999")
    body = answer.json()
    assert answer.status_code == 404
    assert body["error"]["code"] == "INCIDENT_NOT_FOUND"
    assert body["request_id"] == answer.headers["x-request-id"]
    assert _is_utc(body["timestamp"])


def test_status_is_updated_and_kept(api: httpx.Client, opened: OpenedIncident) -> None:
    update = {
        "status": "resolved",
        "notes": "False alarm - authorized personnel",
        "resolved_by": "operator_42",
    }
    answer = api.post(f"/api/incidents/{opened.id}/status", json=update).json()
    assert answer["id"] == opened.id
    assert answer["status"] == "resolved"
    assert answer["notes"] == update["notes"]
    assert _is_utc(answer["updated_at"])
    kept = api.get(f"/api/incidents/{opened.id}").json()
    assert (kept["status"], kept["resolved_by"]) == ("resolved", "operator_42")
    api.post(f"/api/incidents/{opened.id}/status", json={"status": "active"})


def test_cleanup_deletes_what_is_old_and_says_how_much(api: httpx.Client) -> None:
    answer = api.delete("/api/incidents/cleanup", params={"days": 30})
    assert answer.json() == {
        "deleted_count": 0,
        "message": "Deleted 0 incidents older than 30 days",
    }


def test_stats_have_every_key(api: httpx.Client, opened: OpenedIncident) -> None:
    body = api.get("/api/stats").json()
    assert body["total_incidents"] >= 1, opened
    assert set(body["incidents_by_severity"]) == {"low", "medium", "high", "critical"}
    assert set(body["incidents_by_type"]) == {
        "violence", "suspicious_behavior", "intrusion", "vandalism", "normal",
    }  # fmt: skip
    assert {
        "active_incidents", "incidents_today", "incidents_this_week", "average_confidence",
        "false_positive_rate", "response_time_avg_ms",
    } <= set(body)  # fmt: skip


def test_agents_stats_count_all_replicas(api: httpx.Client) -> None:
    before = api.get("/api/agents/stats").json()["vision_agent"]["total_calls"]
    for number in range(8):
        camera = {"camera_id": f"CAM_{number}"}
        api.post("/api/analyze", json={"image": PIXEL, "metadata": camera}).raise_for_status()

    def counted() -> bool:
        agents = api.get("/api/agents/stats").json()
        vision = agents["vision_agent"]
        assert vision["agent"] == "VisionAgent"
        assert agents["planner_agent"]["agent"] == "PlannerAgent"
        assert {"total_errors", "error_rate", "avg_response_time_ms", "uptime_hours"} <= set(vision)
        return bool(vision["total_calls"] >= before + 8)

    assert _soon(counted)


def test_an_action_says_truthfully_that_it_is_simulated(
    api: httpx.Client, opened: OpenedIncident
) -> None:
    answer = api.post(
        "/api/actions/execute",
        json={
            "action_type": "alert_security",
            "incident_id": opened.id,
            "parameters": {"urgency": "high", "message": "Immediate response required"},
        },
    )
    body = answer.json()
    assert answer.status_code == 200
    assert body["action_id"].startswith("action_")
    assert body["status"] == "completed"
    assert body["result"]["simulated"] is True
    assert body["result"]["notification_sent"] is False
    taken = api.get(f"/api/incidents/{opened.id}").json()["actions_taken"]
    assert {"action": "alert_security", "status": "completed"}.items() <= taken[-1].items()


def test_the_documents_client_may_send_the_sentence(
    api: httpx.Client, opened: OpenedIncident
) -> None:
    for sentence in opened.answer["recommended_actions"]:
        answer = api.post(
            "/api/actions/execute", json={"action_type": sentence, "incident_id": opened.id}
        )
        assert answer.status_code == 200, answer.text


def test_the_retry_client_sends_no_content_type(api: httpx.Client) -> None:
    answer = api.post("/api/analyze", content=json.dumps({"image": PIXEL}).encode())
    assert answer.status_code == 200
    for header in ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"):
        assert int(answer.headers[header]) >= 0


def test_the_python_client_analyzes_many_at_once(system: RunningSystem) -> None:
    async def analyze_batch() -> list[dict[str, Any]]:
        async with httpx.AsyncClient(base_url=system.url) as session:
            bodies = [{"image": PIXEL, "frame_number": number} for number in range(3)]
            calls = [session.post("/api/analyze", json=body) for body in bodies]
            return [answer.json() for answer in await asyncio.gather(*calls)]

    assert [result["frame_number"] for result in asyncio.run(analyze_batch())] == [0, 1, 2]


def test_the_socket_streams_analysis_results(system: RunningSystem, api: httpx.Client) -> None:
    async def listen() -> dict[str, Any]:
        address = system.url.replace("http", "ws") + "/ws/analysis"
        async with websockets.connect(address) as socket:
            greeting = json.loads(await asyncio.wait_for(socket.recv(), 10))
            assert greeting["type"] == "system_status"
            assert greeting["data"]["status"] == "healthy"
            body = {"image": PIXEL, "metadata": {"camera_id": "CAM_WS"}}
            await asyncio.to_thread(api.post, "/api/analyze", json=body)
            while True:
                message: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), 10))
                if message["data"].get("camera_id") == "CAM_WS":
                    return message

    message = asyncio.run(listen())
    assert message["type"] == "analysis_result"
    assert set(message["data"]) >= {"incident", "type", "severity", "confidence", "timestamp"}
    assert message["data"]["incident"] is False


def test_bad_base64_is_the_documented_error(api: httpx.Client) -> None:
    answer = api.post("/api/analyze", json={"image": "not base64!"})
    error = answer.json()["error"]
    assert answer.status_code == 400
    assert error["code"] == "INVALID_IMAGE"
    assert error["details"] == {
        "field": "image",
        "received_type": "string",
        "expected_format": "base64",
    }


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_documents_load_without_the_internet(api: httpx.Client, path: str) -> None:
    page = api.get(path).text
    sources = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert sources
    for source in sources:
        assert not source.startswith(("http:", "https:", "//")), source
        assert api.get(source).status_code == 200


def test_openapi_describes_every_route(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    assert {
        "/", "/health", "/api/analyze", "/api/incidents", "/api/incidents/{incident_id}",
        "/api/incidents/{incident_id}/status", "/api/incidents/cleanup", "/api/stats",
        "/api/agents/stats", "/api/actions/execute",
    } <= set(paths)  # fmt: skip


def test_a_picture_of_noise_still_decodes(api: httpx.Client, noise_jpeg: bytes) -> None:
    image = base64.b64encode(noise_jpeg).decode()
    assert api.post("/api/analyze", json={"image": image}).status_code == 200


def _soon(claim: Callable[[], bool], within_s: float = 10) -> bool:
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        if claim():
            return True
        time.sleep(0.2)
    return False
