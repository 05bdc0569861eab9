"""`DELETE /api/incidents/cleanup`."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aegis.testing.doubles import in_memory_runtime
from aegis.testing.in_memory_store import InMemoryStore
from tests.unit.api.api_double import ApiDouble, threat


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2025, 1, 19, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def old() -> Any:
    """incident_1, open, and incident_2, resolved, were created 40 days ago."""
    clock = Clock()
    store = InMemoryStore(clock)
    with ApiDouble(runtime=in_memory_runtime([threat()], store=store)) as api:
        api.analyze()
        api.analyze()
        api.post("/api/incidents/incident_2/status", json={"status": "resolved"})
        clock.now += timedelta(days=40)
        yield api


@pytest.mark.parametrize(
    ("query", "count", "days", "left"),
    [
        ("", 2, 30, 0),
        ("?days=30", 2, 30, 0),
        ("?days=7", 2, 7, 0),
        ("?days=40", 0, 40, 2),
        ("?keep_open=true", 1, 30, 1),
    ],
)
def test_decision_19_cleanup_comes_before_the_id(
    old: ApiDouble, query: str, count: int, days: int, left: int
) -> None:
    body = old.request("DELETE", f"/api/incidents/cleanup{query}").json()
    assert body == {
        "deleted_count": count,
        "message": f"Deleted {count} incidents older than {days} days",
    }
    assert old.get("/api/incidents").json()["total"] == left


def test_decision_19_dry_run_deletes_nothing(old: ApiDouble) -> None:
    body = old.request("DELETE", "/api/incidents/cleanup?dry_run=true").json()
    assert body["deleted_count"] == 2
    assert body["message"] == "Would delete 2 incidents older than 30 days"
    assert old.get("/api/incidents").json()["total"] == 2


def test_decision_19_evidence_goes_too(old: ApiDouble) -> None:
    path = old.get("/api/incidents/incident_1").json()["evidence_path"]
    assert old.get(path).status_code == 200
    old.request("DELETE", "/api/incidents/cleanup")
    assert old.get(path).status_code == 404


@pytest.mark.parametrize("days", ["0", "-1", "", "x", "1.5", "36501", "1e2", "30d"])
def test_decision_19_days_out_of_range_are_refused(shared_api: ApiDouble, days: str) -> None:
    answer = shared_api.request("DELETE", f"/api/incidents/cleanup?days={days}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_decision_19_cleanup_answers_no_other_method(shared_api: ApiDouble, method: str) -> None:
    answer = shared_api.request(method, "/api/incidents/cleanup")
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert answer.headers["Allow"] == "DELETE"
