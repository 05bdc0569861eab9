"""Keys, limits, bodies, deadlines, origins: decisions 24 to 26 and 30, on the headers first."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from starlette.types import Message

from aegis.testing.doubles import InMemoryLimits, ScriptedVision, in_memory_runtime
from tests.unit.api.api_double import PIXEL, ApiDouble, threat

KEY = {"X-API-Key": "correct-horse"}
OPEN = ["/", "/health", "/livez", "/docs", "/redoc", "/openapi.json", "/docs/assets/swagger-ui.css"]


@pytest.fixture(scope="module")
def locked() -> Iterator[ApiDouble]:
    with ApiDouble(threat(), api_key="correct-horse") as double:
        yield double


@pytest.mark.parametrize("path", OPEN)
def test_decision_24_open_without_a_key(locked: ApiDouble, path: str) -> None:
    assert locked.get(path).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/incidents"),
        ("GET", "/api/incidents/incident_1"),
        ("POST", "/api/incidents/incident_1/status"),
        ("DELETE", "/api/incidents/cleanup"),
        ("POST", "/api/analyze"),
        ("POST", "/api/actions/execute"),
        ("GET", "/api/stats"),
        ("GET", "/api/agents/stats"),
        ("GET", "/api/health"),
        ("GET", "/evidence/2025-01-19/incident_1.jpg"),
        ("GET", "/nowhere"),
        ("GET", "//api/incidents"),
    ],
)
@pytest.mark.parametrize("key", [None, "wrong", "", "CORRECT-HORSE", "correct-horse1", "\xff"])
def test_decision_24_missing_or_wrong_key_is_401(
    locked: ApiDouble, method: str, path: str, key: str | None
) -> None:
    headers = {} if key is None else {"X-API-Key": key.encode("latin-1")}
    answer = locked.request(method, path, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_API_KEY")


def test_decision_24_the_key_opens(locked: ApiDouble) -> None:
    assert locked.get("/api/stats", headers=KEY).status_code == 200
    assert locked.get("/api/stats?api_key=correct-horse").status_code == 401


def test_decision_24_refused_before_the_body_is_read(locked: ApiDouble) -> None:
    pieces = 0

    async def send() -> int:
        sent: list[Message] = []

        async def receive() -> Message:
            nonlocal pieces
            pieces += 1
            return {"type": "http.request", "body": b"", "more_body": False}

        async def keep(message: Message) -> None:
            sent.append(message)

        scope: dict[str, Any] = {
            "type": "http", "method": "POST", "path": "/api/analyze", "raw_path": b"/api/analyze",
            "query_string": b"", "headers": [], "client": ("192.0.2.1", 1), "root_path": "",
            "scheme": "http", "server": ("aegis.test", 80), "http_version": "1.1",
        }  # fmt: skip
        await locked.app(scope, receive, keep)
        return int(sent[0]["status"])

    assert locked.run(send()) == 401
    assert pieces == 0


def test_decision_24_key_not_required_lets_in_without_but_not_with_a_wrong_one() -> None:
    with ApiDouble(api_key="correct-horse", require_api_key=False) as api:
        assert api.get("/api/stats").status_code == 200
        assert api.get("/api/stats", headers=KEY).status_code == 200
        assert api.get("/api/stats", headers={"X-API-Key": "wrong"}).status_code == 401


def test_decision_25_headers_count_down_and_429_says_when() -> None:
    with ApiDouble(requests_per_minute=3, runtime=still()) as api:
        answers = [api.get("/api/stats") for _ in range(4)]
    assert [it.status_code for it in answers] == [200, 200, 200, 429]
    assert [it.headers["X-RateLimit-Remaining"] for it in answers] == ["2", "1", "0", "0"]
    assert {it.headers["X-RateLimit-Limit"] for it in answers} == {"3"}
    assert {it.headers["X-RateLimit-Reset"] for it in answers} == {"4102444860"}
    assert answers[3].json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert int(answers[3].headers["Retry-After"]) >= 1


def still() -> Any:
    """A minute that does not end while the test runs, long from now."""
    return in_memory_runtime(limits=InMemoryLimits(lambda: 4_102_444_800.0))


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/stats", 200),
        ("GET", "/api/nowhere", 404),
        ("PUT", "/api/stats", 405),
        ("POST", "/api/analyze", 422),
        ("GET", "/api/incidents?limit=0", 422),
        ("GET", "/api/incidents/incident_9", 404),
    ],
)
def test_decision_25_headers_are_on_every_api_answer(
    shared_api: ApiDouble, method: str, path: str, status: int
) -> None:
    answer = shared_api.request(method, path)
    assert answer.status_code == status
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= {
        name.title().replace("Ratelimit", "RateLimit") for name in answer.headers
    }


def test_decision_25_four_replicas_never_let_more_than_the_limit_through() -> None:
    limits = InMemoryLimits(lambda: 4_102_444_800.0)
    runtime = in_memory_runtime(limits=limits)
    with ExitStack() as stack:
        replicas = [
            stack.enter_context(ApiDouble(runtime=runtime, requests_per_minute=100))
            for _ in range(4)
        ]

        async def storm() -> Counter[int]:
            calls = [replica.send("GET", "/api/stats") for _ in range(250) for replica in replicas]
            return Counter([answer.status_code for answer in await asyncio.gather(*calls)])

        assert replicas[0].run(storm()) == {200: 100, 429: 900}


def test_decision_25_a_key_has_its_own_larger_limit() -> None:
    settings = {"requests_per_minute": 1, "keyed_requests_per_minute": 50, "require_api_key": False}
    with ApiDouble(api_key="correct-horse", runtime=still(), **settings) as api:
        assert api.get("/api/stats").headers["X-RateLimit-Limit"] == "1"
        keyed = [api.get("/api/stats", headers=KEY) for _ in range(5)]
        assert {it.status_code for it in keyed} == {200}
        assert keyed[0].headers["X-RateLimit-Limit"] == "50"


def test_decision_25_wrong_keys_count_against_the_address() -> None:
    with ApiDouble(api_key="correct-horse", requests_per_minute=2, runtime=still()) as api:
        guesses = [api.get("/api/stats", headers={"X-API-Key": f"{n}"}) for n in range(3)]
        assert [it.status_code for it in guesses] == [401, 401, 429]
        assert api.get("/api/stats", headers=KEY).status_code == 200


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", None, "203.0.113.7"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("::ffff:203.0.113.7", None, "203.0.113.7"),
        ("2001:db8:1:2:3::4", None, "2001:db8:1:2::/64"),
    ],
)
def test_decision_25_forwarded_for_counts_only_behind_a_trusted_proxy(
    peer: str, forwarded: str | None, address: str
) -> None:
    asked: list[str] = []

    class NotedLimits(InMemoryLimits):
        async def lease(self, caller: str, limit: int, window_s: int, wanted: int) -> Any:
            asked.append(caller)
            return await super().lease(caller, limit, window_s, wanted)

    runtime = in_memory_runtime(limits=NotedLimits())
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    with ApiDouble(runtime=runtime, peer=(peer, 1), trusted_proxies="10.0.0.0/8") as api:
        api.get("/api/stats", headers=headers)
    assert asked == [f"address:{address}"]


def test_decision_26_cors_origins_are_a_setting() -> None:
    ours = {"Origin": "https://ops.example"}
    with ApiDouble(cors_origins="https://ops.example", api_key="correct-horse") as api:
        refused = api.get("/api/stats", headers=ours)
        allowed = api.get("/api/stats", headers=ours | KEY)
        foreign = api.get("/api/stats", headers=KEY | {"Origin": "https://evil.example"})
        preflight = api.request(
            "OPTIONS",
            "/api/analyze",
            headers=ours
            | {
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "x-api-key, idempotency-key",
            },
        )
    assert (refused.status_code, allowed.status_code, preflight.status_code) == (401, 200, 200)
    for answer in (refused, allowed, preflight):
        assert answer.headers["Access-Control-Allow-Origin"] == "https://ops.example"
    assert "Access-Control-Allow-Origin" not in foreign.headers
    exposed = allowed.headers["Access-Control-Expose-Headers"]
    for name in ("Limit", "Remaining", "Reset"):
        assert f"X-RateLimit-{name}" in exposed


def test_decision_30_a_refused_preflight_is_the_envelope(shared_api: ApiDouble) -> None:
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    answer = shared_api.request("OPTIONS", "/api/analyze", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BAD_REQUEST")
    assert answer.json()["request_id"] == answer.headers["X-Request-ID"]


def test_decision_30_an_announced_length_too_large_is_413(shared_api: ApiDouble) -> None:
    headers = {"Content-Length": str(200 * 2**20)}
    answer = shared_api.post("/api/analyze", headers=headers, content=b"{}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "PAYLOAD_TOO_LARGE")
    assert answer.headers["Connection"] == "close"
    assert "X-RateLimit-Limit" in answer.headers


@pytest.mark.parametrize("path", ["/api/analyze", "/api/actions/execute"])
def test_decision_30_a_body_too_large_without_length_is_413_while_read(path: str) -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1024
            yield b"x" * 1024

    with ApiDouble(max_body_bytes=10_000) as api:
        answer = api.post(path, content=body())
    assert answer.status_code == 413
    assert sent < 20_000


def test_decision_13_bodies_have_bounded_room_all_together() -> None:
    async def body(is_full: asyncio.Event, is_over: asyncio.Event) -> AsyncIterator[bytes]:
        yield b'{"image": "' + b"A" * 3000
        is_full.set()
        await is_over.wait()
        yield b'"}'

    async def crowd(api: ApiDouble) -> tuple[int, int, int]:
        is_full, is_over = asyncio.Event(), asyncio.Event()
        first = asyncio.create_task(
            api.send("POST", "/api/analyze", content=body(is_full, is_over))
        )
        await is_full.wait()
        second = await api.send("POST", "/api/analyze", content=b"x" * 3000)
        is_over.set()
        return second.status_code, (await first).status_code, await later(api)

    async def later(api: ApiDouble) -> int:
        return (await api.send("POST", "/api/analyze", content=b"x" * 3000)).status_code

    with ApiDouble(held_body_bytes=5000) as api:
        assert api.run(crowd(api)) == (503, 400, 422)


def test_decision_30_a_body_that_comes_too_slowly_is_408() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"image": "'
        await asyncio.sleep(5)
        yield b'"}'

    with ApiDouble(body_timeout_s=0.05) as api:
        answer = api.post("/api/analyze", content=body())
    assert (answer.status_code, answer.json()["error"]["code"]) == (408, "REQUEST_TIMEOUT")


def test_decision_30_our_deadline_holds_whatever_the_caller_says() -> None:
    vision = ScriptedVision(delay_s=5)
    with ApiDouble(runtime=in_memory_runtime(vision=vision), request_timeout_s=0.05) as api:
        headers = {"x-request-timeout-seconds": "60"}
        answer = api.post("/api/analyze", json={"image": PIXEL}, headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert answer.headers["Retry-After"] == "1"
    assert "X-RateLimit-Limit" in answer.headers
