"""`/evidence/...`: the pictures of incidents, decision 17."""

from datetime import UTC, datetime

import pytest

from tests.unit.api.api_double import ApiDouble


def test_decision_17_evidence_is_a_route(api: ApiDouble) -> None:
    incident = api.get(f"/api/incidents/{api.analyze()['incident_id']}").json()
    day = datetime.now(UTC).date().isoformat()
    assert incident["evidence_path"] == f"/evidence/{day}/incident_1.jpg"
    answer = api.get(incident["evidence_path"])
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.content == b"\xff\xd8\xff\xd9"


@pytest.mark.parametrize(
    "path",
    [
        "/evidence/2025-01-19/incident_9.jpg",
        "/evidence/2025-01-19/..%2F..%2Fjournal.db",
        "/evidence/../incident_1.jpg",
        "/evidence/%2e%2e/incident_1.jpg",
        "/evidence/2025-01-19/incident_1.png",
        "/evidence/2025-01-19/incident_1.jpg%00",
        "/evidence/incident_1.jpg",
        "/evidence/",
    ],
)
def test_decision_17_other_paths_are_not_found(shared_api: ApiDouble, path: str) -> None:
    answer = shared_api.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "NOT_FOUND")
