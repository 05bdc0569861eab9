"""One request id, and no deadline but ours, whatever Serve's layers do."""

import asyncio

import pytest
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

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


def test_a_callers_deadline_is_not_heard() -> None:
    answer = _answer_headers((b"x-request-timeout-seconds", b"0"))
    assert answer["x-seen-deadline"] == "none"
