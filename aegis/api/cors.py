"""Which pages of other sites may call."""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from aegis.api.errors import error_response
from aegis.api.idempotency import HEADER
from aegis.errors import BadRequest

_METHODS = ("GET", "POST", "DELETE")
_ALLOWED = ("X-API-Key", "Content-Type", "X-Request-ID", HEADER)
_EXPOSED = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "Retry-After",
    "X-Request-ID",
    "Idempotency-Replayed",
)


class CorsMiddleware(CORSMiddleware):
    """Starlette's, with a refused preflight in our envelope."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=_METHODS,
            allow_headers=_ALLOWED,
            expose_headers=_EXPOSED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        is_preflight = "origin" in headers and "access-control-request-method" in headers
        if scope.get("method") == "OPTIONS" and is_preflight:
            answer = self.preflight_response(headers)
            await _in_envelope(answer, scope)(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def _in_envelope(answer: Response, scope: Scope) -> Response:
    if answer.status_code < BadRequest.status:
        return answer
    return error_response(BadRequest(bytes(answer.body).decode()), scope)
