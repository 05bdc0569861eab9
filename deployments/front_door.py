"""What stands before Serve's own layers in every replica of the ingress.

Serve reads the request id and a deadline from the caller's headers before the application sees
them, and appends its own `X-Request-ID` to every answer. Named to Serve by
`RAY_SERVE_HTTP_PROXY_CALLBACK_IMPORT_PATH`.
"""

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis.api.exchange import choose_request_id

_ID = "x-request-id"
_DEADLINE = "x-request-timeout-seconds"


def middlewares() -> list[Middleware]:
    """For Serve's callback."""
    return [Middleware(FrontDoor)]


class FrontDoor:
    """One sane request id for all layers, one header in the answer, no deadline but ours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = choose_request_id(scope)
        headers = MutableHeaders(scope=scope)
        headers[_ID] = request_id
        del headers[_DEADLINE]

        async def send_with_one_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[_ID] = request_id
            await send(message)

        await self._app(scope, receive, send_with_one_id)
