"""What stands before Serve's own layers in every replica of the ingress.

Serve reads the request id and a deadline from the caller's headers before the application sees
them, and appends its own `X-Request-ID` to every answer. Named to Serve by
`RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH`.
"""

import os

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis.api.errors import envelope_response, error_of_status
from aegis.api.exchange import choose_request_id
from aegis.api.failure_log import describe_failure
from aegis.errors import AegisError

PEER_HEADER = "AEGIS_PEER_HEADER"
"""The environment variable that names the header."""
_ID = "x-request-id"
_DEADLINE = "x-request-timeout-seconds"
_FIRST_ERROR = 400
_log = structlog.get_logger(__name__)


def middlewares() -> list[Middleware]:
    """For Serve's callback, which knows no settings: the environment says what HAProxy sends."""
    return [Middleware(FrontDoor, peer_header=os.environ.get(PEER_HEADER))]


class FrontDoor:
    """One sane request id for all layers, one header in the answer, no deadline but ours.

    What Serve answers in plain text, because it is overloaded, not ready or broken, becomes
    the envelope; so does what it raises.
    peer_header: in which HAProxy, and nobody else, says who called it.
    """

    def __init__(self, app: ASGIApp, peer_header: str | None = None) -> None:
        self._app = app
        self._peer_header = peer_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = choose_request_id(scope)
        headers = MutableHeaders(scope=scope)
        headers[_ID] = request_id
        del headers[_DEADLINE]
        if self._peer_header is not None and (peer := headers.get(self._peer_header)):
            del headers[self._peer_header]
            scope["client"] = (peer, 0)
        if scope["type"] == "websocket":
            await self._app(scope, receive, _with_one_id(send, request_id))
            return
        answer = _Answer(scope, receive, _with_one_id(send, request_id), request_id)
        try:
            await self._app(scope, receive, answer.send)
        except Exception as error:  # noqa: BLE001 - the rim: only the web server is further out
            _log.error("serve_failed", request_id=request_id, **describe_failure(error))
            await answer.refuse(AegisError.status, {})


class _Answer:
    """An answer on its way out; Serve's own errors are exchanged for the envelope."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self._has_started = False
        self._is_exchanged = False

    async def send(self, message: Message) -> None:
        """ASGI."""
        if self._is_exchanged:
            return
        if message["type"] == "http.response.start" and self._is_foreign(message):
            self._is_exchanged = True
            headers = Headers(raw=message.get("headers", []))
            kept = {name: headers[name] for name in ("retry-after", "allow") if name in headers}
            await self.refuse(message["status"], kept)
            return
        self._has_started = True
        await self._send(message)

    async def refuse(self, status: int, headers: dict[str, str]) -> None:
        """The envelope for this status, unless an answer is on its way already."""
        if not self._has_started:
            self._has_started = True
            error = error_of_status(status)
            response = envelope_response(error, self._request_id, headers)
            await response(self._scope, self._receive, self._send)

    def _is_foreign(self, message: Message) -> bool:
        """Ours are JSON; Serve's health checks stay as its proxies expect them."""
        if message["status"] < _FIRST_ERROR or self._scope["path"].startswith("/-/"):
            return False
        return "json" not in Headers(raw=message.get("headers", [])).get("content-type", "")


def _with_one_id(send: Send, request_id: str) -> Send:
    async def send_with_one_id(message: Message) -> None:
        if message["type"] in {"http.response.start", "websocket.http.response.start"}:
            MutableHeaders(scope=message)[_ID] = request_id
        await send(message)

    return send_with_one_id
