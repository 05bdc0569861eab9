"""One request and its answer: the id, the caller, the headers that every answer carries."""

import re
import time
import uuid
from dataclasses import dataclass, field
from typing import cast

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis.api.caller import Caller

SANE_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)
_SCOPE_KEY = "aegis.exchange"
_BEGINNINGS = frozenset(
    {"http.response.start", "websocket.accept", "websocket.http.response.start"}
)
_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Exchange:
    """What the layers of the door tell one another about one request.

    own_key: unique, for effects that the caller gave no idempotency key for.
    arrived: `time.perf_counter()` at arrival; headers: added to the answer, errors too.
    caller: None until the key was looked at, and on open routes.
    template: the route's path with its parameters' names; None where there is no such route.
    """

    request_id: str
    arrived: float = field(default_factory=time.perf_counter)
    own_key: str = field(default_factory=lambda: uuid.uuid4().hex)
    headers: dict[str, str] = field(default_factory=dict)
    caller: Caller | None = None
    template: str | None = None
    status: int | None = None


def exchange_of(scope: Scope) -> Exchange:
    """The exchange of this request."""
    return cast(Exchange, scope[_SCOPE_KEY])


def choose_request_id(scope: Scope) -> str:
    """The caller's own `X-Request-ID` if it is a sane one, else a new one."""
    own = Headers(scope=scope).get("x-request-id", "")
    return own if SANE_REQUEST_ID.fullmatch(own) else f"req_{uuid.uuid4().hex[:16]}"


class ExchangeMiddleware:
    """Outermost: names the request, writes the common headers, logs one line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        exchange = Exchange(choose_request_id(scope))
        scope[_SCOPE_KEY] = exchange

        async def send_with_headers(message: Message) -> None:
            if message["type"] in _BEGINNINGS:
                exchange.status = message.get("status", 101)
                _add_headers(message, exchange)
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=exchange.request_id):
            try:
                await self._app(scope, receive, send_with_headers)
            finally:
                _log_request(scope, exchange)


def _add_headers(message: Message, exchange: Exchange) -> None:
    message.setdefault("headers", [])
    headers = MutableHeaders(scope=message)
    headers["X-Request-ID"] = exchange.request_id
    for name, value in exchange.headers.items():
        headers[name] = value
    headers.setdefault("X-Content-Type-Options", "nosniff")


def _log_request(scope: Scope, exchange: Exchange) -> None:
    """Neither query (it may hold a key) nor body nor the path itself: callers write them."""
    _log.info(
        "request",
        method=scope.get("method", "WEBSOCKET"),
        path=exchange.template or "unknown",
        status=exchange.status,
        duration_ms=round(1000 * (time.perf_counter() - exchange.arrived), 1),
        caller=exchange.caller.name if exchange.caller else None,
    )
