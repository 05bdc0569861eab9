"""AsyncAegisClient: the methods of AegisClient, awaited; a stream that survives its connection."""

import asyncio
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from aegis.api.app import create_app
from aegis.api.stream_schemas import AnalysisResult, IncidentCreated, StreamEvent, SystemStatus
from aegis.client.aegis_client import AegisClient
from aegis.client.async_aegis_client import AsyncAegisClient
from aegis.client.retry import Retry
from aegis.domain.incident import IncidentStatus
from aegis.errors import IncidentNotFound, InvalidApiKey, ServiceUnavailable, ValidationFailed
from aegis.testing.doubles import InMemoryEvents, in_memory_runtime
from tests.integration.api.serving import serving
from tests.unit.api.api_double import jpeg_bytes, make_settings, threat

KEY = "correct-horse"
PICTURE = jpeg_bytes()
IMPATIENT = Retry(attempts=1)


async def no_wait(_: float) -> None:
    """Waiting is not what these tests are about."""


EAGER = Retry(attempts=3, sleep=lambda _: None, sleep_async=no_wait)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    settings = make_settings(api_key=KEY, keyed_requests_per_minute=100_000)
    with serving(create_app(in_memory_runtime([threat()]), settings)) as address:
        yield address


class Interrupting:
    """Ends each socket after so many messages and notes with which query it was asked for."""

    def __init__(self, app: ASGIApp, after: int) -> None:
        self._app = app
        self._after = after
        self.queries: list[dict[str, list[str]]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        self.queries.append(parse_qs(scope["query_string"].decode()))
        left = self._after

        async def send_some(message: Message) -> None:
            nonlocal left
            if message["type"] == "websocket.send":
                left -= 1
            if left < 0:
                await send({"type": "websocket.close", "code": 1012, "reason": "restart"})
                raise WebSocketDisconnect(1012)
            await send(message)

        await self._app(scope, receive, send_some)


def test_a_frame_becomes_an_incident_that_is_settled(url: str) -> None:
    async def scene() -> None:
        async with AsyncAegisClient(url, KEY, retry=IMPATIENT) as client:
            seen = await client.analyze(PICTURE, camera_id="CAM_01", frame_number=3)
            assert seen.incident_id is not None
            incident = await client.incident(seen.incident_id)
            assert incident.evidence_path is not None
            assert (await client.evidence(incident.evidence_path)).startswith(b"\xff\xd8")
            decided = await client.update_status(incident.id, "resolved", notes="n")
            assert decided.status is IncidentStatus.RESOLVED
            done = await client.execute(seen.recommended_actions[0], incident.id)
            assert done.result["simulated"] is True
            assert (await client.incidents(camera_id="CAM_01")).total == 1
            assert (await client.stats()).total_incidents >= 1
            assert (await client.health()).status == "healthy"
            assert (await client.describe()).name == "AegisAI"
            assert (await client.alive()).status == "alive"

    asyncio.run(scene())


def test_errors_come_back_as_they_were(url: str) -> None:
    async def scene() -> None:
        async with AsyncAegisClient(url, KEY, retry=IMPATIENT) as client:
            with pytest.raises(IncidentNotFound):
                await client.incident("incident_999")
            with pytest.raises(ValidationFailed) as refused:
                _ = [event async for event in client.watch(types=["unheard_of"])]
            assert refused.value.details["field"] == "types"
        async with AsyncAegisClient(url, "wrong", retry=IMPATIENT) as stranger:
            with pytest.raises(InvalidApiKey):
                await stranger.stats()
            with pytest.raises(InvalidApiKey):
                await anext(stranger.watch())
        async with AsyncAegisClient("http://127.0.0.1:9", retry=IMPATIENT) as nowhere:
            with pytest.raises(ServiceUnavailable):
                await nowhere.stats()
            with pytest.raises(ServiceUnavailable):
                await anext(nowhere.watch())

    asyncio.run(scene())


def test_a_refused_request_is_tried_again_after_the_named_time() -> None:
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    class Busy:
        def __init__(self, app: ASGIApp) -> None:
            self.app, self.keys = app, list[bytes]()

        async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.keys.append(dict(scope["headers"])[b"idempotency-key"])
                if len(self.keys) == 1:
                    headers = [(b"retry-after", b"7"), (b"content-length", b"0")]
                    await send({"type": "http.response.start", "status": 429, "headers": headers})
                    await send({"type": "http.response.body"})
                    return
            await self.app(scope, receive, send)

    busy = Busy(create_app(in_memory_runtime([threat()]), make_settings()))

    async def scene(address: str) -> None:
        async with AsyncAegisClient(address, retry=Retry(sleep_async=note)) as client:
            await client.analyze(PICTURE)

    with serving(busy) as address:
        asyncio.run(scene(address))
    assert waits == [7.0]
    assert len(busy.keys) == 2
    assert len(set(busy.keys)) == 1, "both attempts under one key"


def test_events_are_typed(url: str) -> None:
    async def scene() -> list[StreamEvent]:
        async with AsyncAegisClient(url, KEY) as client:
            stream = client.watch(camera_id="CAM_TYPED")
            told = [await anext(stream)]
            await client.analyze(PICTURE, camera_id="CAM_TYPED")
            return [*told, await anext(stream), await anext(stream)]

    greeting, created, result = asyncio.run(scene())
    assert isinstance(greeting, SystemStatus)
    assert isinstance(created, IncidentCreated)
    assert isinstance(result, AnalysisResult)
    assert created.data.id == result.data.incident_id


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_broken_stream_resumes_after_the_last_event_seen(kind: str) -> None:
    events = InMemoryEvents()
    runtime = in_memory_runtime([threat()], events=events)
    flaky = Interrupting(create_app(runtime, make_settings(requests_per_minute=10_000)), after=4)

    async def watch_async(address: str) -> list[int]:
        async with AsyncAegisClient(address, retry=EAGER) as client:
            return [event.seq async for event in client.watch(since=0, timeout_s=1)]

    def watch(address: str) -> list[int]:
        with AegisClient(address, retry=EAGER) as client:
            return [event.seq for event in client.watch(since=0, timeout_s=1)]

    with serving(flaky) as address:
        with AegisClient(address) as client:
            for _ in range(6):
                client.analyze(PICTURE)
        seen = asyncio.run(watch_async(address)) if kind == "async" else watch(address)
    assert list(dict.fromkeys(seen)) == list(range(13)), "0 is the greeting's"
    assert len(flaky.queries) >= 2
    assert [int(query["since"][0]) for query in flaky.queries] == sorted(
        int(query["since"][0]) for query in flaky.queries
    )


def test_what_a_newer_server_adds_is_passed_over() -> None:
    async def newer(scope: Scope, _: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        body = (
            b'{"status": "healthy", "components": {"database": "ok", "vision_agent": "ok", '
            b'"planner_agent": "ok"}, "timestamp": "2026-01-01T00:00:00Z", "uptime_seconds": 1, '
            b'"moons": 2}'
        )
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})

    async def ask(address: str) -> Any:
        async with AsyncAegisClient(address) as client:
            return await client.health()

    with serving(newer) as address:
        assert asyncio.run(ask(address)).status == "healthy"
