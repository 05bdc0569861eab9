"""`POST /api/analyze`: the document's examples and decisions 1 to 13."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from aegis.domain.assessment import Severity
from aegis.errors import AnalysisFailed, ServiceUnavailable
from aegis.testing.doubles import FixedPlanner, ScriptedVision, in_memory_runtime
from tests.unit.api.api_double import PIXEL, ApiDouble, jpeg_base64, threat

DOCUMENT_FIELDS = [
    "incident", "type", "severity", "confidence", "reasoning", "subjects",
    "recommended_actions", "timestamp", "processing_time_ms",
]  # fmt: skip
OUR_FIELDS = {
    "incident_id", "new_incident", "subtype", "response_plan", "camera_id", "frame_number",
    "request_id", "warnings", "alarm_level", "alarm_facts",
}  # fmt: skip
EXAMPLE = {
    "frame_number": 42,
    "timestamp": "2025-01-19T10:30:00Z",
    "metadata": {"camera_id": "CAM_01", "location": "Main Entrance"},
}


def test_document_example_gives_the_document_answer(api: ApiDouble) -> None:
    body = api.analyze(**EXAMPLE)
    assert list(body)[:9] == DOCUMENT_FIELDS
    assert body["incident"] is True
    assert body["type"] == "suspicious_behavior"
    assert body["severity"] == "medium"
    assert body["confidence"] == 82.5
    assert body["timestamp"] == "2025-01-19T10:30:00Z"
    assert isinstance(body["processing_time_ms"], int)
    assert body["recommended_actions"] == [
        "Increase camera focus on subject",
        "Alert security personnel",
    ]


def test_decision_1_answer_carries_exactly_the_named_fields(api: ApiDouble) -> None:
    body = api.analyze(**EXAMPLE)
    assert set(body) == set(DOCUMENT_FIELDS) | OUR_FIELDS
    assert body["incident_id"] == "incident_1"
    assert body["new_incident"] is True
    assert (body["camera_id"], body["frame_number"]) == ("CAM_01", 42)


def test_decision_1_no_incident_has_null_id_and_an_empty_plan(quiet_api: ApiDouble) -> None:
    body = quiet_api.analyze()
    assert body["incident_id"] is None
    assert body["new_incident"] is False
    assert body["response_plan"] == []
    assert body["camera_id"] is body["frame_number"] is None


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/json", "application/x-www-form-urlencoded"]
)
def test_decision_2_any_content_type_is_read_as_json(
    quiet_api: ApiDouble, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    body = json.dumps({"image": PIXEL}).encode()
    assert quiet_api.post("/api/analyze", content=body, headers=headers).status_code == 200


def test_a_whole_number_may_have_a_fraction_of_zero(quiet_api: ApiDouble) -> None:
    answer = quiet_api.post("/api/analyze", content=f'{{"image": "{PIXEL}", "frame_number": 7.0}}')
    assert answer.json()["frame_number"] == 7


def test_decision_3_the_curl_pixel_is_a_frame_without_incident(quiet_api: ApiDouble) -> None:
    assert quiet_api.analyze(frame_number=1)["incident"] is False


@pytest.mark.parametrize(
    "image",
    [
        PIXEL,
        f"data:image/png;base64,{PIXEL}",
        f"DATA:image/png;charset=utf-8;BASE64,{PIXEL}",
        f"  data:image/png;base64,\n{PIXEL}\n",
        PIXEL.rstrip("="),
        "\r\n".join(PIXEL[at : at + 20] for at in range(0, len(PIXEL), 20)),
        "\t".join(PIXEL),
    ],
    ids=[
        "plain",
        "prefix",
        "prefix in capitals",
        "prefix and space",
        "no padding",
        "lines",
        "tabs",
    ],
)
def test_decision_4_base64_forms_decode_to_the_same_bytes(image: str) -> None:
    vision = ScriptedVision()
    with ApiDouble(runtime=in_memory_runtime(vision=vision)) as api:
        api.analyze(image=image)
    assert vision.frames[0].image == base64.b64decode(PIXEL)


def test_decision_5_nothing_seen_is_normal_low_and_not_stored(quiet_api: ApiDouble) -> None:
    body = quiet_api.analyze()
    assert (body["type"], body["severity"]) == ("normal", "low")
    assert body["recommended_actions"] == []
    assert quiet_api.get("/api/incidents").json()["total"] == 0


def test_decision_6_processing_time_is_measured() -> None:
    vision = ScriptedVision(delay_s=0.05)
    with ApiDouble(runtime=in_memory_runtime(vision=vision)) as api:
        assert 50 <= api.analyze()["processing_time_ms"] < 2000


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("2025-01-19T10:30:00Z", "2025-01-19T10:30:00Z"),
        ("2025-01-19T10:30:00z", "2025-01-19T10:30:00Z"),
        ("2025-01-19T12:30:00+02:00", "2025-01-19T10:30:00Z"),
        ("2025-01-19T10:30:00", "2025-01-19T10:30:00Z"),
        ("2025-01-19T10:30:00.250Z", "2025-01-19T10:30:00.250000Z"),
        ("2025-01-19 10:30:00Z", "2025-01-19T10:30:00Z"),
    ],
)
def test_decision_7_timestamp_is_normalised(api: ApiDouble, given: str, told: str) -> None:
    body = api.analyze(timestamp=given)
    assert body["timestamp"] == told
    assert body["warnings"] == []


def test_decision_7_without_timestamp_it_is_the_time_of_receipt(api: ApiDouble) -> None:
    before = datetime.now(UTC)
    told = datetime.fromisoformat(api.analyze()["timestamp"])
    assert before <= told <= datetime.now(UTC)


@pytest.mark.parametrize(("lead_s", "is_flagged"), [(240, False), (360, True)])
def test_decision_7_a_time_far_ahead_is_flagged(
    api: ApiDouble, lead_s: float, is_flagged: bool
) -> None:
    ahead = datetime.now(UTC) + timedelta(seconds=lead_s)
    assert bool(api.analyze(timestamp=ahead.isoformat())["warnings"]) is is_flagged


@pytest.mark.parametrize("metadata", [None, {}, {"camera_id": None}, {"camera_id": " "}])
def test_decision_8_without_camera_the_frame_stands_alone(metadata: dict[str, Any] | None) -> None:
    vision = ScriptedVision()
    with ApiDouble(runtime=in_memory_runtime(vision=vision)) as api:
        api.analyze(metadata=metadata)
    assert vision.frames[0].camera_id is None


def test_decision_8_metadata_and_camera_reach_the_frame() -> None:
    vision = ScriptedVision()
    with ApiDouble(runtime=in_memory_runtime(vision=vision)) as api:
        api.analyze(metadata={"camera_id": "CAM_01", "shift": {"guard": "B"}}, frame_number=3)
    frame = vision.frames[0]
    assert (frame.camera_id, frame.frame_number) == ("CAM_01", 3)
    assert frame.metadata == {"camera_id": "CAM_01", "shift": {"guard": "B"}}


def test_decision_8_same_key_and_body_give_the_same_answer(api: ApiDouble) -> None:
    given: dict[str, Any] = {"json": {"image": PIXEL}, "headers": {"Idempotency-Key": "k1"}}
    first, second = api.post("/api/analyze", **given), api.post("/api/analyze", **given)
    assert first.content == second.content
    assert second.headers["Idempotency-Replayed"] == "true"
    assert api.get("/api/incidents").json()["total"] == 1


def test_decision_8_frames_without_a_key_are_each_their_own(api: ApiDouble) -> None:
    ids = {api.analyze(frame_number=1)["incident_id"] for _ in range(2)}
    assert len(ids) == 2


def test_decision_8_another_body_under_the_key_is_refused(api: ApiDouble) -> None:
    headers = {"Idempotency-Key": "k1"}
    api.post("/api/analyze", json={"image": PIXEL}, headers=headers)
    answer = api.post("/api/analyze", json={"image": jpeg_base64()}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "with space"])
def test_decision_8_a_key_of_bad_form_is_refused(api: ApiDouble, key: str) -> None:
    answer = api.post("/api/analyze", json={"image": PIXEL}, headers={"Idempotency-Key": key})
    assert answer.status_code == 422


def test_decision_8_a_failure_is_not_remembered_under_the_key() -> None:
    with ApiDouble(AnalysisFailed(), threat()) as api:
        given: dict[str, Any] = {"json": {"image": PIXEL}, "headers": {"Idempotency-Key": "k1"}}
        assert api.post("/api/analyze", **given).status_code == 500
        assert api.post("/api/analyze", **given).status_code == 200


def test_decision_9_and_10_subtype_and_subjects(api: ApiDouble) -> None:
    body = api.analyze()
    assert body["subtype"] == "loitering"
    assert body["subjects"] == [
        {
            "description": "Person in dark hoodie",
            "behavior": "Nervous movements",
            "location": "Near entrance",
            "bbox": [1.0, 2.0, 3.0, 4.0],
            "track_id": 7,
        }
    ]


def test_decision_11_plan_steps_are_structured(api: ApiDouble) -> None:
    steps = api.analyze()["response_plan"]
    assert [step["action"] for step in steps] == ["increase_monitoring", "alert_security"]
    assert set(steps[0]) == {
        "step", "action", "priority", "parameters", "reasoning", "requires_approval",
    }  # fmt: skip


def test_decision_12_one_plan_for_all_frames_of_an_incident() -> None:
    planner = FixedPlanner()
    verdicts = [threat(grouping_key="door"), threat(grouping_key="door", severity=Severity.HIGH)]
    with ApiDouble(runtime=in_memory_runtime(verdicts, planner=planner)) as api:
        first, second = api.analyze(), api.analyze()
    assert first["incident_id"] == second["incident_id"]
    assert (first["new_incident"], second["new_incident"]) == (True, False)
    assert second["response_plan"] == first["response_plan"] != []
    assert planner.planned == ["incident_1"]


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        (AnalysisFailed("The model failed"), 500, "ANALYSIS_FAILED"),
        (ServiceUnavailable("Too much to do"), 503, "SERVICE_UNAVAILABLE"),
        (RuntimeError("CUDA at /opt/secret"), 500, "ANALYSIS_FAILED"),
        (TimeoutError(), 500, "ANALYSIS_FAILED"),
    ],
)
def test_decision_13_a_failure_is_never_no_incident(
    failure: Exception, status: int, code: str
) -> None:
    with ApiDouble(failure) as api:
        answer = api.post("/api/analyze", json={"image": PIXEL})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "secret" not in answer.text
    assert ("Retry-After" in answer.headers) is (status == 503)
