"""Holds, evidence files and the journal's head, over HTTP."""

import io
import zipfile

import pytest

from tests.unit.api.api_double import ApiDouble


@pytest.fixture
def incident_id(api: ApiDouble) -> str:
    return str(api.analyze()["incident_id"])


def test_a_hold_is_placed_shown_and_released(api: ApiDouble, incident_id: str) -> None:
    path = f"/api/incidents/{incident_id}"
    placed = api.post(f"{path}/hold", json={"reason": "Case 7", "placed_by": "counsel"})
    assert placed.status_code == 200
    assert placed.json()["hold"]["reason"] == "Case 7"
    assert api.get(path).json()["hold"]["placed_by"] == "counsel"
    released = api.request("DELETE", f"{path}/hold")
    assert released.json()["hold"] is None
    assert api.get(path).json()["hold"] is None


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "/api/incidents/incident_99/hold", {}, 404, "INCIDENT_NOT_FOUND"),
        ("POST", "/api/incidents/x/hold", {}, 404, "INCIDENT_NOT_FOUND"),
        ("DELETE", "/api/incidents/incident_99/hold", None, 404, "INCIDENT_NOT_FOUND"),
        ("POST", "/api/incidents/incident_1/hold", {"reason": 7}, 422, "VALIDATION_ERROR"),
        ("POST", "/api/incidents/incident_1/hold", None, 422, "VALIDATION_ERROR"),
        ("GET", "/api/incidents/incident_99/evidence.zip", None, 404, "INCIDENT_NOT_FOUND"),
        ("GET", "/api/proof/head?tree_size=0", None, 422, "VALIDATION_ERROR"),
        ("GET", "/api/proof/head?tree_size=9", None, 422, "VALIDATION_ERROR"),
        ("PUT", "/api/incidents/incident_1/hold", None, 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_what_cannot_be_is_told_in_the_envelope(
    shared_api: ApiDouble, method: str, path: str, body: object, status: int, code: str
) -> None:
    answer = shared_api.request(method, path, **({} if body is None else {"json": body}))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_evidence_is_a_zip_to_save(api: ApiDouble, incident_id: str) -> None:
    answer = api.get(f"/api/incidents/{incident_id}/evidence.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert f"{incident_id}.zip" in answer.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert f"pictures/{incident_id}.jpg" in archive.namelist()


def test_the_head_is_a_root_with_its_size(shared_api: ApiDouble) -> None:
    head = shared_api.get("/api/proof/head").json()
    assert head["tree_size"] == 1
    assert len(head["root"]) == 64
