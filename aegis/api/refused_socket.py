"""A WebSocket that is refused at the handshake gets the envelope, as every request does."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis.api.errors import error_response
from aegis.api.exchange import exchange_of
from aegis.errors import Forbidden, NotFound

_EXTENSION = "websocket.http.response"


class RefusedSocketMiddleware:
    """Answers 404 where no socket is and 403 where one is refused, if the server can say so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "websocket" or _EXTENSION not in (scope.get("extensions") or {}):
            await self._app(scope, receive, send)
            return
        is_accepted = False

        async def send_or_refuse(message: Message) -> None:
            nonlocal is_accepted
            if message["type"] == "websocket.close" and not is_accepted:
                await _refuse(scope, receive, send, message.get("reason") or "")
                return
            is_accepted = True
            await send(message)

        await self._app(scope, receive, send_or_refuse)


async def _refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    is_known = exchange_of(scope).template is not None
    error = Forbidden(reason) if is_known else NotFound("There is no WebSocket at this address")
    await error_response(error, scope)(scope, receive, send)
