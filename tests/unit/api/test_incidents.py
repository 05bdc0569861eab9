"""`/api/incidents`: the document's examples and decisions 14 to 16, 18 and 19."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from aegis.domain.assessment import IncidentType, Severity
from aegis.errors import ServiceUnavailable
from aegis.testing.doubles import in_memory_runtime
from aegis.testing.in_memory_store import InMemoryStore
from tests.unit.api.api_double import PIXEL, ApiDouble, threat

RECORD = {
    "id", "timestamp", "type", "severity", "confidence", "status", "reasoning", "subjects",
    "response_plan", "evidence_path", "created_at", "updated_at", "actions_taken", "notes",
    "resolved_by", "status_history", "camera_id", "subtype", "first_seen", "last_seen",
    "frame_count", "thumbnail_path", "evidence_strip", "evidence_evicted_at", "hold", "alarm_level",
    "alarm_facts",
    "cameras", "is_ongoing", "ended_at", "rule", "policy_version",
}  # fmt: skip


@pytest.fixture
def three(api: ApiDouble) -> ApiDouble:
    """incident_1 to incident_3 on three days in January."""
    return open_three(api)


@pytest.fixture(scope="module")
def same_three() -> Iterator[ApiDouble]:
    """For questions only."""
    with ApiDouble(threat()) as double:
        yield open_three(double)


def open_three(api: ApiDouble) -> ApiDouble:
    for day in (18, 19, 20):
        api.analyze(timestamp=f"2025-01-{day}T10:30:00Z", metadata={"camera_id": f"CAM_{day}"})
    return api


def ids(api: ApiDouble, query: str) -> list[int]:
    answer = api.get(f"/api/incidents?{query}")
    assert answer.status_code == 200, answer.text
    return [int(it["id"].removeprefix("incident_")) for it in answer.json()["incidents"]]


def test_document_list_has_total_incidents_and_pagination(three: ApiDouble) -> None:
    body = three.get("/api/incidents").json()
    assert list(body) == ["total", "incidents", "pagination"]
    assert body["total"] == 3
    assert body["pagination"] == {
        "limit": 100, "offset": 0, "has_more": False, "next_cursor": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [3, 2, 1]),
        ("status=active&severity=medium", [3, 2, 1]),
        ("severity=high", []),
        ("severity=high,medium", [3, 2, 1]),
        ("severity=high&severity=medium", [3, 2, 1]),
        ("status=resolved", []),
        ("status=resolved,%20active", [3, 2, 1]),
        ("status=investigating,false_positive,escalated", []),
        ("type=suspicious_behavior", [3, 2, 1]),
        ("type=violence,suspicious_behavior", [3, 2, 1]),
        ("type=unheard_of", []),
        ("type=", []),
        ("from_date=2025-01-19T10:30:00Z", [3, 2]),
        ("from_date=2025-01-19T10:30:00", [3, 2]),
        ("from_date=2025-01-19T11:30:00+01:00", [3, 2]),
        ("from_date=2025-01-19T11:30:00%2B01:00", [3, 2]),
        ("from_date=2025-01-19T10:30:01Z", [3]),
        ("to_date=2025-01-19T10:30:00Z", [2, 1]),
        ("to_date=2025-01-19", [2, 1]),
        ("from_date=2025-01-19&to_date=2025-01-19", [2]),
        ("from_date=2025-01-01T00:00:00Z&to_date=2025-01-31T23:59:59Z", [3, 2, 1]),
        ("camera_id=CAM_19", [2]),
        ("camera_id=nowhere", []),
        ("q=glances", [3, 2, 1]),
        ("q=HOODIE", [3, 2, 1]),
        ("q=absent", []),
        ("limit=2", [3, 2]),
        ("limit=2&offset=2", [1]),
        ("offset=7", []),
        ("unknown=parameter", [3, 2, 1]),
    ],
)
def test_decision_14_filters(same_three: ApiDouble, query: str, found: list[int]) -> None:
    assert ids(same_three, query) == found


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("limit=0", 422),
        ("limit=1001", 422),
        ("limit=-1", 422),
        ("limit=", 422),
        ("limit=ten", 422),
        ("limit=1.0", 422),
        ("limit=1_0", 422),
        ("limit=%EF%BC%91", 422),
        ("limit=99999999999999999999999", 422),
        ("offset=-1", 422),
        ("offset=1e3", 422),
        ("offset=9999999999", 422),
        ("status=unheard_of", 422),
        ("status=active,unheard_of", 422),
        ("status=", 422),
        ("status=ACTIVE", 422),
        ("severity=terrible", 422),
        ("severity=active", 422),
        ("from_date=yesterday", 422),
        ("from_date=", 422),
        ("from_date=2025-02-30", 422),
        ("to_date=1737282600", 422),
        ("to_date=2025-01-19T25:00:00Z", 422),
        ("cursor=not-ours", 422),
        ("cursor=%F0%9F%8E%A5", 422),
        ("q=%00", 422),
        ("camera_id=" + "x" * 201, 422),
        ("from_date=2025-02-01&to_date=2025-01-01", 400),
    ],
)
def test_decision_14_bad_queries_are_refused(
    shared_api: ApiDouble, query: str, status: int
) -> None:
    answer = shared_api.get(f"/api/incidents?{query}")
    code = {422: "VALIDATION_ERROR", 400: "BAD_REQUEST"}[status]
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_decision_14_cursor_does_not_shift_under_inserts(three: ApiDouble) -> None:
    first = three.get("/api/incidents?limit=2").json()
    assert first["pagination"]["has_more"] is True
    three.analyze(timestamp="2025-01-21T00:00:00Z")
    cursor = first["pagination"]["next_cursor"]
    assert ids(three, f"limit=2&cursor={cursor}") == [1]


def test_decision_15_list_and_detail_are_the_same_record(three: ApiDouble) -> None:
    listed = three.get("/api/incidents").json()["incidents"][0]
    detail = three.get("/api/incidents/incident_3").json()
    assert listed == detail
    assert set(detail) == RECORD
    assert [step["step"] for step in detail["response_plan"]] == [1, 2]


def test_decision_15_history_actions_and_counts_are_in_the_record() -> None:
    verdicts = [threat(grouping_key="door"), threat(grouping_key="door", severity=Severity.HIGH)]
    with ApiDouble(*verdicts) as api:
        api.analyze(timestamp="2025-01-19T10:30:00Z")
        api.analyze(timestamp="2025-01-19T10:30:05Z")
        api.post("/api/incidents/incident_1/status", json={"status": "escalated", "notes": "n"})
        api.post(
            "/api/actions/execute",
            json={"action_type": "sound_alarm", "incident_id": "incident_1"},
        )
        body = api.get("/api/incidents/incident_1").json()
    assert (body["frame_count"], body["severity"]) == (2, "high")
    assert (body["first_seen"], body["last_seen"]) == (
        "2025-01-19T10:30:00Z",
        "2025-01-19T10:30:05Z",
    )
    assert body["status_history"][0].items() >= {"status": "escalated", "notes": "n"}.items()
    taken = body["actions_taken"][0]
    assert taken.items() >= {"action": "sound_alarm", "status": "completed"}.items()
    assert taken["result"]["simulated"] is True


def test_an_incident_not_planned_yet_has_an_empty_plan() -> None:
    store = InMemoryStore()
    with ApiDouble(runtime=in_memory_runtime(store=store)) as api:
        api.run(store.record(threat(), None, "k"))
        body = api.get("/api/incidents/incident_1").json()
    assert body["response_plan"] == []
    assert body["evidence_path"] is None


@pytest.mark.parametrize(
    "incident_id",
    [
        "incident_9", "incident_0", "incident_", "incident_-1", "incident_01x", "7", "INCIDENT_1",
        "incident_1.jpg", "incident_99999999999999999999", "incident_%00", "%F0%9F%8E%A5",
        "incident_%EF%BC%91", "x" * 3000, "..", "incident_1%0A",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_decision_16_unknown_and_malformed_ids_are_not_found(
    shared_api: ApiDouble, method: str, incident_id: str
) -> None:
    path = f"/api/incidents/{incident_id}" + ("/status" if method == "POST" else "")
    answer = shared_api.request(method, path, content=b'{"status": "resolved"}')
    codes = {"INCIDENT_NOT_FOUND", "NOT_FOUND" if incident_id == ".." else "INCIDENT_NOT_FOUND"}
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] in codes


def test_document_status_example(three: ApiDouble) -> None:
    update = {
        "status": "resolved",
        "notes": "False alarm - authorized personnel",
        "resolved_by": "operator_42",
    }
    body = three.post("/api/incidents/incident_1/status", json=update).json()
    assert set(body) == {"id", "status", "updated_at", "notes", "resolved_by"}
    assert body.items() >= ({"id": "incident_1"} | update).items()
    assert ids(three, "status=resolved") == [1]


def test_decision_18_any_change_is_allowed_and_repeating_is_no_error(three: ApiDouble) -> None:
    steps = ["resolved", "active", "active", "false_positive", "investigating", "escalated"]
    for status in steps:
        answer = three.post("/api/incidents/incident_1/status", json={"status": status})
        assert answer.json()["status"] == status


def test_decision_18_idempotency_key_makes_one_change(three: ApiDouble) -> None:
    given: dict[str, Any] = {
        "json": {"status": "resolved"}, "headers": {"Idempotency-Key": "k"},
    }  # fmt: skip
    for _ in range(2):
        three.post("/api/incidents/incident_1/status", **given)
    assert len(three.get("/api/incidents/incident_1").json()["status_history"]) == 1
    # The same key for another incident is another key.
    assert three.post("/api/incidents/incident_2/status", **given).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b'{"status": "unheard_of"}', b'{"status": null}', b'{"status": 1}',
        b'{"status": ["active"]}', b'{"status": "active", "notes": 7}',
        b'{"status": "active", "resolved_by": {}}', b'{"status": "active", "notes": "\\ud800"}',
        b'{"status": "active", "notes": "\\u0000"}',
        b'{"status": "active", "notes": "' + b"x" * 10_001 + b'"}',
    ],
)  # fmt: skip
def test_decision_18_bad_updates_are_refused(shared_api: ApiDouble, body: bytes) -> None:
    answer = shared_api.post("/api/incidents/incident_1/status", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_the_list_is_newest_first_and_the_id_breaks_ties() -> None:
    with ApiDouble(threat(type=IncidentType.INTRUSION)) as api:
        for _ in range(3):
            api.analyze(timestamp="2025-01-19T10:30:00Z")
        assert ids(api, "") == [3, 2, 1]


def test_a_store_that_is_away_is_service_unavailable() -> None:
    class AwayStore(InMemoryStore):
        async def get(self, incident_id: str) -> Any:
            await asyncio.sleep(0)
            raise ServiceUnavailable(f"The store is away, so is {incident_id}")

    with ApiDouble(runtime=in_memory_runtime(store=AwayStore())) as api:
        answer = api.get("/api/incidents/incident_1")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_two_at_once_under_one_key_do_it_once(api: ApiDouble) -> None:
    async def double_click() -> list[Any]:
        given: dict[str, Any] = {"json": {"image": PIXEL}, "headers": {"Idempotency-Key": "k"}}
        return await asyncio.gather(*(api.send("POST", "/api/analyze", **given) for _ in range(2)))

    first, second = api.run(double_click())
    assert first.content == second.content
    assert api.get("/api/incidents").json()["total"] == 1
