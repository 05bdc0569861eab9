"""`/ws/analysis`: the document's message and decisions 27 to 29."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from aegis.domain.event import EventType
from aegis.testing.doubles import InMemoryEvents, in_memory_runtime, nothing_seen
from tests.unit.api.api_double import PIXEL, ApiDouble, SocketDouble, threat

FIVE = {"incident", "type", "severity", "confidence", "timestamp"}


async def analyze(api: ApiDouble, **given: Any) -> None:
    answer = await api.send("POST", "/api/analyze", json={"image": PIXEL, **given})
    assert answer.status_code == 200


async def eventually(claim: Any, within_s: float = 3) -> None:
    async with asyncio.timeout(within_s):
        while not claim():  # noqa: ASYNC110 - what is claimed offers no event
            await asyncio.sleep(0.005)


def with_events(**given: Any) -> tuple[ApiDouble, InMemoryEvents]:
    events = InMemoryEvents()
    return ApiDouble(runtime=in_memory_runtime([threat()], events=events), **given), events


def test_document_message_and_decision_27_every_message_has_seq_and_timestamp(
    api: ApiDouble,
) -> None:
    async def scene() -> list[dict[str, Any]]:
        async with SocketDouble(api.app) as socket:
            greeting = await socket.next()
            await analyze(api, metadata={"camera_id": "CAM_01"})
            created, result = await socket.next(), await socket.next()
            update = {"status": "resolved", "notes": "n", "resolved_by": "op"}
            await api.send("POST", "/api/incidents/incident_1/status", json=update)
            return [greeting, created, result, await socket.next()]

    greeting, created, result, updated = api.run(scene())
    assert greeting["type"] == "system_status"
    assert list(greeting["data"]) == ["status", "components", "timestamp", "uptime_seconds"]
    assert created["type"] == "incident_created"
    assert created["data"]["camera_id"] == "CAM_01"
    assert created["data"]["response_plan"][0]["step"] == 1
    assert not {"grouping_key", "quiet_gap_s", "facts"} & set(created["data"])
    assert result["type"] == "analysis_result"
    assert set(result["data"]) == FIVE | {"incident_id", "camera_id"}
    assert updated["type"] == "incident_updated"
    assert set(updated["data"]) == {"id", "status", "updated_at", "notes"}
    assert [it["seq"] for it in (created, result, updated)] == [1, 2, 3]
    for message in (greeting, created, result, updated):
        assert set(message) == {"type", "data", "seq", "timestamp"}


def test_decision_27_incident_created_is_the_whole_incident(api: ApiDouble) -> None:
    async def scene() -> tuple[dict[str, Any], dict[str, Any]]:
        async with SocketDouble(api.app) as socket:
            await analyze(api)
            told = await socket.next_of("incident_created")
            kept = await api.send("GET", "/api/incidents/incident_1")
            return told["data"], kept.json()

    told, kept = api.run(scene())
    assert told == kept


def test_decision_27_since_replays_what_was_missed(api: ApiDouble) -> None:
    async def scene() -> list[int]:
        async with SocketDouble(api.app) as socket:
            await socket.next()
        for _ in range(3):
            await analyze(api)
        async with SocketDouble(api.app, "/ws/analysis?since=2") as socket:
            greeting = await socket.next()
            assert (greeting["type"], greeting["seq"]) == ("system_status", 2)
            missed = [(await socket.next())["seq"] for _ in range(4)]
            await analyze(api)
            return missed + [(await socket.next())["seq"] for _ in range(2)]

    assert api.run(scene()) == [3, 4, 5, 6, 7, 8]


def test_decision_27_since_in_a_fresh_replica_waits_for_the_backlog() -> None:
    api, events = with_events()

    async def scene() -> list[str]:
        for number in range(3):
            await events.publish(EventType.ANALYSIS_RESULT, {"n": number})
        async with SocketDouble(api.app, "/ws/analysis?since=0") as socket:
            return [(await socket.next())["type"] for _ in range(4)]

    with api:
        assert api.run(scene()) == ["system_status", *["analysis_result"] * 3]


@pytest.mark.parametrize("since", [1, 5, 10**15])
def test_decision_27_says_so_when_the_buffer_does_not_reach(since: int) -> None:
    events = InMemoryEvents(backlog=2)
    api = ApiDouble(runtime=in_memory_runtime(events=events))

    async def scene() -> dict[str, Any]:
        for number in range(9):
            await events.publish(EventType.ANALYSIS_RESULT, {"n": number})
        async with SocketDouble(api.app, f"/ws/analysis?since={since}") as socket:
            await socket.next()
            return await socket.next()

    with api:
        message = api.run(scene())
    assert message["type"] == "error"
    assert message["data"]["code"] == "EVENTS_MISSED"
    assert message["data"]["details"]["since"] == since


BOTH = ["incident_created", "analysis_result"]


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        ("", ["incident_created", "analysis_result", "analysis_result"]),
        ("types=incident_created", ["incident_created"]),
        ("types=incident_created,analysis_result&camera_id=CAM_02", ["analysis_result"]),
        ("types=incident_created&types=analysis_result&severity=medium", BOTH),
        ("camera_id=CAM_01,CAM_02&severity=low", ["analysis_result"]),
        ("camera_id=CAM_01", BOTH),
        ("severity=critical", []),
    ],
)  # fmt: skip
def test_decision_27_filters(query: str, seen: list[str]) -> None:
    api = ApiDouble(threat(), nothing_seen())

    async def scene() -> list[str]:
        async with SocketDouble(api.app, f"/ws/analysis?{query}") as socket:
            await analyze(api, metadata={"camera_id": "CAM_01"})
            await analyze(api, metadata={"camera_id": "CAM_02"})
            await api.runtime.events.publish(EventType.ERROR, {"code": "END"})
            types: list[str] = []
            while (message := await socket.next())["type"] != "error":
                types.append(message["type"])
            return [it for it in types if it != "system_status"]

    with api:
        assert api.run(scene()) == seen


def test_decision_27_updates_are_filtered_by_camera_too(api: ApiDouble) -> None:
    async def scene() -> str:
        await analyze(api, metadata={"camera_id": "CAM_01"})
        await analyze(api, metadata={"camera_id": "CAM_02"})
        path = "/ws/analysis?types=incident_updated&camera_id=CAM_02"
        async with SocketDouble(api.app, path) as socket:
            for number in (1, 2):
                update = {"status": "resolved"}
                await api.send("POST", f"/api/incidents/incident_{number}/status", json=update)
            return str((await socket.next())["data"]["id"])

    assert api.run(scene()) == "incident_2"


@pytest.mark.parametrize(
    "query",
    ["types=unheard_of", "types=", "severity=bad", "since=-1", "since=x", "since=1.5", "since="],
)
def test_a_bad_filter_is_told_and_closed(shared_api: ApiDouble, query: str) -> None:
    async def scene() -> tuple[dict[str, Any], int]:
        async with SocketDouble(shared_api.app, f"/ws/analysis?{query}") as socket:
            return await socket.next(), await socket.closed()

    message, code = shared_api.run(scene())
    assert (message["type"], message["data"]["code"]) == ("error", "VALIDATION_ERROR")
    assert code == 1008


def test_decision_29_a_slow_reader_is_dropped_and_hurts_nobody() -> None:
    api, events = with_events()

    async def scene() -> None:
        async with SocketDouble(api.app) as good, SocketDouble(api.app) as slow:
            await good.next()
            await slow.next()
            slow.is_reading.clear()
            for number in range(3000):
                await events.publish(EventType.ANALYSIS_RESULT, {"n": number})
                if number % 100 == 0:
                    await asyncio.sleep(0)
            numbers = [(await good.next())["data"]["n"] for _ in range(3000)]
            assert numbers == list(range(3000))
            assert await slow.closed() == 1013
            assert "since" in slow.close_reason

    with api:
        api.run(scene())


def test_decision_29_a_dropped_reader_resumes_with_since() -> None:
    api, events = with_events()

    async def scene() -> list[int]:
        for number in range(5):
            await events.publish(EventType.ANALYSIS_RESULT, {"n": number})
        async with SocketDouble(api.app, "/ws/analysis?since=3") as socket:
            await socket.next()
            return [(await socket.next())["seq"] for _ in range(2)]

    with api:
        assert api.run(scene()) == [4, 5]


@pytest.mark.parametrize(("lost", "is_told"), [(0, False), (3, True)])
def test_a_broken_subscription_is_taken_up_again(lost: int, is_told: bool) -> None:
    api, events = with_events()

    async def scene() -> list[str]:
        async with SocketDouble(api.app) as socket:
            await socket.next()
            await events.publish(EventType.ANALYSIS_RESULT, {"n": 1})
            await socket.next()
            events.interrupt(lost)
            await eventually(lambda: events.subscribers == 0)
            await eventually(lambda: events.subscribers == 1)
            await events.publish(EventType.ANALYSIS_RESULT, {"n": 2})
            return [(await socket.next())["type"] for _ in range(1 + is_told)]

    with api:
        assert api.run(scene()) == ["error"] * is_told + ["analysis_result"]


def test_one_subscription_serves_all_sockets() -> None:
    api, events = with_events(sockets_per_caller=30)

    async def scene() -> int:
        sockets = [SocketDouble(api.app) for _ in range(20)]
        for socket in sockets:
            await socket.__aenter__()
            await socket.next()
        count = events.subscribers
        for socket in sockets:
            await socket.__aexit__()
        return count

    with api:
        assert api.run(scene()) == 1


def test_what_a_client_says_changes_nothing(api: ApiDouble) -> None:
    async def scene() -> str:
        async with SocketDouble(api.app) as socket:
            await socket.next()
            for text in ("", "{}", '{"type": "incident_created"}', "\0", "x" * 10_000):
                await socket.say(text)
            await analyze(api)
            return str((await socket.next())["type"])

    assert api.run(scene()) == "incident_created"


def test_lifespan_follows_the_events_from_the_start() -> None:
    api, events = with_events()

    async def scene() -> None:
        inbox: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        outbox: asyncio.Queue[Any] = asyncio.Queue()
        scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
        life: Coroutine[Any, Any, None] = api.app(scope, inbox.get, outbox.put)  # type: ignore[assignment]
        task = asyncio.create_task(life)
        await inbox.put({"type": "lifespan.startup"})
        assert (await outbox.get())["type"] == "lifespan.startup.complete"
        await eventually(lambda: events.subscribers == 1)
        await inbox.put({"type": "lifespan.shutdown"})
        assert (await outbox.get())["type"] == "lifespan.shutdown.complete"
        await task
        assert events.subscribers == 0

    with api:
        api.run(scene())
