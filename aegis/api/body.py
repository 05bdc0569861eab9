"""How much a caller may send, how long that may take, and how long an answer may."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis.api.exchange import exchange_of
from aegis.errors import AegisError, PayloadTooLarge, RequestTimeout, ServiceUnavailable
from aegis.settings import Settings


class BodyMiddleware:
    """Refuses a body that is too large, by its announced length or while it is read, or too slow.

    Also one for which there is no room beside the bodies of other requests. After a refusal
    the connection is closed, so that the rest is never read.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._max_bytes = settings.max_body_bytes
        self._timeout_s = settings.body_timeout_s
        self._room_bytes = settings.held_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdigit() and int(announced[:20]) > self._max_bytes:
            raise self._refuse(scope, self._too_large())
        held = _Held()
        try:
            await self._app(scope, self._guarded(scope, receive, held), send)
        finally:
            self._room_bytes += held.size_bytes

    def _guarded(self, scope: Scope, receive: Receive, held: "_Held") -> Receive:
        is_complete = False
        ends_at = asyncio.get_running_loop().time() + self._timeout_s

        async def receive_guarded() -> Message:
            nonlocal is_complete
            if is_complete:
                return await receive()
            message = await self._before(ends_at, receive(), scope)
            self._hold(scope, held, len(message.get("body", b"")))
            is_complete = not message.get("more_body", False)
            return message

        return receive_guarded

    def _hold(self, scope: Scope, held: "_Held", size_bytes: int) -> None:
        held.size_bytes += size_bytes
        self._room_bytes -= size_bytes
        if held.size_bytes > self._max_bytes:
            raise self._refuse(scope, self._too_large())
        if self._room_bytes < 0:
            crowded = ServiceUnavailable("Too many large requests at once; try again shortly")
            raise self._refuse(scope, crowded)

    async def _before(self, ends_at: float, coming: Awaitable[Message], scope: Scope) -> Message:
        try:
            async with asyncio.timeout_at(ends_at):
                return await coming
        except TimeoutError as error:
            late = RequestTimeout(f"The body did not arrive within {self._timeout_s:g} s")
            raise self._refuse(scope, late) from error

    def _too_large(self) -> PayloadTooLarge:
        return PayloadTooLarge(
            f"The request is larger than {self._max_bytes} bytes", {"max_bytes": self._max_bytes}
        )

    def _refuse(self, scope: Scope, error: AegisError) -> AegisError:
        exchange_of(scope).headers["Connection"] = "close"
        return error


@dataclass(slots=True)
class _Held:
    """What of one request's body has come."""

    size_bytes: int = 0


class DeadlineMiddleware:
    """Answers 503 in time when nothing else does, whatever deadline the caller asked for."""

    def __init__(self, app: ASGIApp, timeout_s: float) -> None:
        self._app = app
        self._timeout_s = timeout_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        deadline = asyncio.timeout(self._timeout_s)

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The answer has begun; an export may take its time.
                deadline.reschedule(None)
            await send(message)

        try:
            async with deadline:
                await self._app(scope, receive, send_in_time)
        except TimeoutError as error:
            if not deadline.expired():
                raise
            raise ServiceUnavailable(f"No answer within {self._timeout_s:g} s") from error
