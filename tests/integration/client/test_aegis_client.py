"""AegisClient against a real server over doubles: HTTP, WebSocket, retries, typed errors."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from aegis.api.app import create_app
from aegis.api.stream_schemas import IncidentCreated
from aegis.client.aegis_client import AegisClient
from aegis.client.retry import Retry
from aegis.domain.event import EventType
from aegis.domain.incident import IncidentStatus
from aegis.errors import (
    AnalysisFailed,
    IncidentNotFound,
    InvalidApiKey,
    InvalidImage,
    NotFound,
    RateLimitExceeded,
    ServiceUnavailable,
    ValidationFailed,
)
from aegis.testing.doubles import ScriptedVision, in_memory_runtime
from tests.integration.api.serving import serving
from tests.unit.api.api_double import jpeg_bytes, make_settings, threat

IMPATIENT = Retry(attempts=1)
PICTURE = jpeg_bytes()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    settings = make_settings(api_key="correct-horse", keyed_requests_per_minute=100_000)
    with serving(create_app(in_memory_runtime([threat()]), settings)) as address:
        yield address


@pytest.fixture
def client(url: str) -> Iterator[AegisClient]:
    with AegisClient(url, "correct-horse", retry=IMPATIENT) as connected:
        yield connected


class Flaky:
    """Answers a status the first times, then lets the app answer."""

    def __init__(self, app: ASGIApp, *statuses: int) -> None:
        self._app = app
        self._statuses = list(statuses)
        self.keys: list[bytes | None] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self.keys.append(dict(scope["headers"]).get(b"idempotency-key"))
        if not self._statuses:
            await self._app(scope, receive, send)
            return
        headers = [(b"retry-after", b"7"), (b"content-length", b"0")]
        status = self._statuses.pop(0)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})


def test_a_frame_becomes_an_incident_with_evidence(client: AegisClient) -> None:
    moment = datetime(2025, 1, 19, 10, 30, tzinfo=UTC)
    seen = client.analyze(
        PICTURE, camera_id="CAM_01", frame_number=42, timestamp=moment, location="Main Entrance"
    )
    assert (seen.incident, seen.camera_id, seen.timestamp) == (True, "CAM_01", moment)
    assert seen.incident_id is not None
    incident = client.incident(seen.incident_id)
    assert incident.evidence_path is not None
    assert client.evidence(incident.evidence_path).startswith(b"\xff\xd8")
    page = client.incidents(camera_id="CAM_01", severity=["medium", "high"], status="active")
    assert page.incidents[0].id == seen.incident_id
    decided = client.update_status(seen.incident_id, "resolved", notes="n", resolved_by="op")
    assert decided.status is IncidentStatus.RESOLVED
    done = client.execute(seen.recommended_actions[0], seen.incident_id)
    assert done.result["simulated"] is True
    assert client.stats().total_incidents >= 1
    assert client.agent_stats().vision_agent.agent == "VisionAgent"
    assert client.health().status == "healthy"
    assert client.cleanup(dry_run=True).deleted_count == 0


def test_an_idempotency_key_gives_the_same_incident(client: AegisClient) -> None:
    first, second = (client.analyze(PICTURE, idempotency_key="once") for _ in range(2))
    assert first == second


def test_errors_come_back_as_they_were(client: AegisClient) -> None:
    with pytest.raises(IncidentNotFound):
        client.incident("incident_999")
    with pytest.raises(InvalidImage) as refused:
        client.analyze(b"no picture")
    assert refused.value.details["field"] == "image"
    with pytest.raises(ValidationFailed):
        client.incidents(limit=0)
    with pytest.raises(NotFound):
        client.evidence("/evidence/2025-01-19/incident_999.jpg")


def test_a_wrong_key_is_invalid_api_key(url: str) -> None:
    with AegisClient(url, "wrong", retry=IMPATIENT) as stranger:
        with pytest.raises(InvalidApiKey):
            stranger.stats()
        with pytest.raises(InvalidApiKey):
            next(stranger.watch())


def test_nobody_there_is_service_unavailable() -> None:
    nowhere = AegisClient("http://127.0.0.1:9", retry=IMPATIENT, timeout_s=2)
    with nowhere, pytest.raises(ServiceUnavailable):
        nowhere.health()
    with pytest.raises(ServiceUnavailable):
        next(nowhere.watch())


@pytest.mark.parametrize("status", [429, 503])
def test_a_refusal_is_tried_again_after_the_named_time_under_one_key(status: int) -> None:
    flaky = Flaky(create_app(in_memory_runtime([threat()]), make_settings()), status, status)
    waits: list[float] = []
    with serving(flaky) as address, AegisClient(address, retry=Retry(sleep=waits.append)) as client:
        assert client.analyze(PICTURE).incident_id == "incident_1"
    assert waits == [7.0, 7.0]
    assert len(set(flaky.keys)) == 1
    assert flaky.keys[0] is not None


def test_attempts_end_and_long_waits_are_not_waited() -> None:
    app = create_app(in_memory_runtime(), make_settings(requests_per_minute=1))
    waits: list[float] = []
    impatient = Retry(attempts=5, longest_wait_s=0.5, sleep=waits.append)
    with serving(app) as address, AegisClient(address, retry=impatient) as client:
        client.stats()
        with pytest.raises(RateLimitExceeded):
            client.stats()
    assert waits == []


def test_a_failed_analysis_is_not_repeated() -> None:
    vision = ScriptedVision(AnalysisFailed("The model failed"))
    app = create_app(in_memory_runtime(vision=vision), make_settings())
    refused = pytest.raises(AnalysisFailed, match="The model failed")
    with serving(app) as address, AegisClient(address) as client, refused:
        client.analyze(PICTURE)
    assert len(vision.frames) == 1


def test_a_proxy_error_page_becomes_its_nearest_kin() -> None:
    flaky = Flaky(create_app(in_memory_runtime(), make_settings()), 503)
    refused = pytest.raises(ServiceUnavailable, match="503")
    with serving(flaky) as address, AegisClient(address, retry=IMPATIENT) as client, refused:
        client.stats()


def test_watch_yields_events_and_resumes_after_a_sequence_number(client: AegisClient) -> None:
    stream = client.watch(types=["system_status", "incident_created"])
    greeting = next(stream)
    assert greeting.type is EventType.SYSTEM_STATUS
    known = client.analyze(PICTURE).incident_id
    created = next(stream)
    assert isinstance(created, IncidentCreated)
    assert created.data.id == known
    missed = [event.seq for event in client.watch(since=created.seq - 1, timeout_s=0.2)]
    assert created.seq in missed


def test_watch_ends_after_silence(client: AegisClient) -> None:
    events = list(client.watch(timeout_s=0.1))
    assert [event.type for event in events] == [EventType.SYSTEM_STATUS]


def test_a_bad_filter_is_validation_failed(client: AegisClient) -> None:
    with pytest.raises(ValidationFailed):
        list(client.watch(types=["unheard_of"], timeout_s=1))
