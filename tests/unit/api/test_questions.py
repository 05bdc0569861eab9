"""Exports and SQL over HTTP."""

import json

import pytest

from tests.unit.api.api_double import ApiDouble


def test_an_export_streams_every_match(api: ApiDouble) -> None:
    for day in (18, 19, 20):
        api.analyze(timestamp=f"2025-01-{day}T10:30:00Z")
    answer = api.get("/api/incidents/export?format=jsonl&from_date=2025-01-19")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert 'filename="incidents.jsonl"' in answer.headers["content-disposition"]
    ids = [json.loads(line)["id"] for line in answer.text.splitlines()]
    assert ids == ["incident_3", "incident_2"]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("format=xls", 422, "VALIDATION_ERROR"),
        ("format=csv&status=gone", 422, "VALIDATION_ERROR"),
        ("from_date=2025-01-02&to_date=2025-01-01", 400, "BAD_REQUEST"),
    ],
)
def test_a_wrong_export_is_refused_before_it_begins(
    shared_api: ApiDouble, query: str, status: int, code: str
) -> None:
    answer = shared_api.get(f"/api/incidents/export?{query}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("body", [None, {}, {"sql": 7}, {"sql": ""}, {"sql": "x" * 20_001}])
def test_sql_without_a_question_is_refused(shared_api: ApiDouble, body: object) -> None:
    answer = shared_api.post("/api/sql", **({} if body is None else {"json": body}))
    assert answer.json()["error"]["code"] == "VALIDATION_ERROR"


def test_sql_needs_a_database(shared_api: ApiDouble) -> None:
    answer = shared_api.post("/api/sql", json={"sql": "SELECT 1"})
    assert answer.json()["error"]["code"] == "SERVICE_UNAVAILABLE"
