"""One request id, and no deadline but ours, whatever Serve's layers do."""

import asyncio
import json

import pytest
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.testing import capture_logs

from deployments.front_door import FrontDoor


async def _serve_like_app(scope: Scope, _: Receive, send: Send) -> None:
    """Appends its own id, as Serve does, and tells which headers it saw."""
    seen = Headers(scope=scope)
    start: Message = {"type": "http.response.start", "status": 200, "headers": []}
    headers = MutableHeaders(scope=start)
    headers.append("x-request-id", seen["x-request-id"])
    headers.append("x-request-id", seen["x-request-id"])
    headers.append("x-seen-deadline", seen.get("x-request-timeout-seconds", "none"))
    await send(start)


def _answer_headers(*sent: tuple[bytes, bytes]) -> Headers:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "headers": list(sent)}
    asyncio.run(FrontDoor(_serve_like_app)(scope, receive, send))
    return Headers(raw=messages[0]["headers"])


def test_a_sane_id_is_kept_and_told_once() -> None:
    assert _answer_headers((b"x-request-id", b"mine-42")).getlist("x-request-id") == ["mine-42"]


@pytest.mark.parametrize("hostile", [b"", b"a b", b"x" * 1000, b"<script>"])
def test_another_id_is_replaced(hostile: bytes) -> None:
    (told,) = _answer_headers((b"x-request-id", hostile)).getlist("x-request-id")
    assert told.startswith("req_")


@pytest.mark.parametrize("kind", ["http", "websocket"])
@pytest.mark.parametrize(
    ("sent", "peer"),
    [
        ([], "127.0.0.1"),
        ([(b"x-peer-secret", b"192.0.2.7")], "192.0.2.7"),
        ([(b"x-peer-guess", b"192.0.2.7")], "127.0.0.1"),
    ],
)
def test_decision_25_only_the_proxy_says_who_called(
    kind: str, sent: list[tuple[bytes, bytes]], peer: str
) -> None:
    seen: list[Scope] = []

    async def note(scope: Scope, *_: object) -> None:
        seen.append(scope)

    scope = {"type": kind, "path": "/", "headers": list(sent), "client": ("127.0.0.1", 5)}
    asyncio.run(FrontDoor(note, "x-peer-secret")(scope, _receive, _send))
    assert seen[0]["client"][0] == peer
    assert b"x-peer-secret" not in dict(seen[0]["headers"])


async def _receive() -> Message:
    return {}


async def _send(_: Message) -> None:
    pass


def test_a_callers_deadline_is_not_heard() -> None:
    answer = _answer_headers((b"x-request-timeout-seconds", b"0"))
    assert answer["x-seen-deadline"] == "none"


def _through(app: ASGIApp, path: str = "/api/stats") -> tuple[int, Headers, bytes]:
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "path": path, "headers": [(b"x-request-id", b"mine-42")]}
    asyncio.run(FrontDoor(app)(scope, receive, send))
    start, *bodies = messages
    body = b"".join(message.get("body", b"") for message in bodies)
    return start["status"], Headers(raw=start["headers"]), body


def _answering(status: int, kind: str, **headers: str) -> ASGIApp:
    return Response("in Serve's own words", status, headers, kind)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (404, "NOT_FOUND"),
        (408, "REQUEST_TIMEOUT"),
        (429, "RATE_LIMIT_EXCEEDED"),
        (500, "INTERNAL_ERROR"),
        (503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_decision_30_serves_own_errors_become_the_envelope(status: int, code: str) -> None:
    told, headers, body = _through(_answering(status, "text/plain"))
    envelope = json.loads(body)
    assert (told, envelope["error"]["code"]) == (status, code)
    assert envelope["request_id"] == headers["x-request-id"] == "mine-42"
    assert headers["content-length"] == str(len(body))
    assert b"own words" not in body


def test_decision_13_serves_retry_after_is_kept() -> None:
    _, headers, _ = _through(_answering(503, "text/plain", **{"Retry-After": "7"}))
    assert headers["retry-after"] == "7"
    _, headers, _ = _through(_answering(503, "text/plain"))
    assert headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("status", "kind", "path"),
    [
        (404, "application/json", "/api/stats"),
        (200, "text/plain", "/api/stats"),
        (503, "text/plain", "/-/healthz"),
    ],
)
def test_our_own_answers_and_serves_health_checks_stay(status: int, kind: str, path: str) -> None:
    told, _, body = _through(_answering(status, kind), path)
    assert (told, body) == (status, b"in Serve's own words")


def test_decision_30_what_serve_raises_is_an_envelope_without_its_words() -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("secret inside")

    with capture_logs() as lines:
        status, _, body = _through(fail)
    assert (status, json.loads(body)["error"]["code"]) == (500, "INTERNAL_ERROR")
    assert b"secret" not in body
    assert lines[0]["request_id"] == "mine-42"
