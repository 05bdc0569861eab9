"""Evidence, exports, SQL and replay over the running system."""

import io
import json
import zipfile

import httpx
import pytest

from data.proof_check import verify_evidence
from tests.acceptance.opened_incident import OpenedIncident

POLICY = "version: 1\nrules: []\n"


def test_evidence_of_the_running_system_verifies_offline(
    api: httpx.Client, opened: OpenedIncident
) -> None:
    answer = api.get(f"/api/incidents/{opened.id}/evidence.zip")
    assert answer.status_code == 200, answer.text
    verdict = verify_evidence(answer.content)
    assert verdict.is_intact, verdict
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert f"pictures/{opened.id}.jpg" in archive.namelist()
    incident = api.get(f"/api/incidents/{opened.id}").json()
    assert api.get(incident["thumbnail_path"]).content.startswith(b"\xff\xd8")


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_exports_stream_through_the_cluster(
    api: httpx.Client, opened: OpenedIncident, form: str
) -> None:
    answer = api.get(f"/api/incidents/export?format={form}")
    assert answer.status_code == 200, answer.text
    assert opened.id.encode() in answer.content or form == "parquet"


def test_sql_answers_and_reaches_nothing_else(api: httpx.Client, opened: OpenedIncident) -> None:
    asked = {"sql": f"SELECT id FROM incidents WHERE id = '{opened.id}'"}
    assert api.post("/api/sql", json=asked).json()["rows"] == [[opened.id]]
    refused = api.post("/api/sql", json={"sql": "SELECT * FROM read_text('/etc/passwd')"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "BAD_REQUEST")


def test_a_policy_is_replayed_as_tasks(api: httpx.Client) -> None:
    body = {"policy": POLICY, "first_day": "2020-01-01", "last_day": "2100-01-01"}
    answer = api.post("/api/simulate", json=body)
    assert answer.status_code == 200, answer.text
    assert json.loads(answer.text)["alerts_after"] == 0
    broken = api.post("/api/simulate", json=body | {"policy": "rules: ["})
    assert broken.json()["error"]["code"] == "VALIDATION_ERROR"
