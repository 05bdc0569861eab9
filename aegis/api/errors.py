"""The one renderer: every error of every route is the document's envelope."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from aegis import errors
from aegis.api.access import methods_of
from aegis.api.exchange import exchange_of
from aegis.api.failure_log import describe_failure
from aegis.api.problems import validation_failed
from aegis.api.schemas import ErrorEnvelope, ErrorObject
from aegis.errors import AegisError, ServiceUnavailable

_log = structlog.get_logger(__name__)


class ErrorMiddleware:
    """Whatever goes wrong within becomes an envelope; what nobody foresaw is logged."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            _log.info("client_left", path=exchange_of(scope).template or "unknown")
        except Exception as error:  # noqa: BLE001 - the rim: nothing else catches what comes here
            if not has_started:
                await _render(error, scope)(scope, receive, send)


async def render_error(request: Request, error: Exception) -> Response:
    """The handler of every exception that the framework catches before we could."""
    return _render(error, request.scope)


def to_aegis_error(error: Exception) -> AegisError:
    """Its kin in our tree; an unforeseen error is logged and tells the caller nothing."""
    if isinstance(error, AegisError) and error.code != AegisError.code:
        return error
    if isinstance(error, RequestValidationError):
        return validation_failed(error.errors())
    if isinstance(error, HTTPException):
        return error_of_status(error.status_code)
    _log.error("unexpected_error", **describe_failure(error))
    return AegisError("Something went wrong inside; the request id finds it in the log")


def error_response(
    error: AegisError, scope: Scope, headers: Mapping[str, str] | None = None
) -> Response:
    """The envelope; 429 and 503 say when to come back."""
    return envelope_response(error, exchange_of(scope).request_id, headers)


def envelope_response(
    error: AegisError, request_id: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The same for who knows the request's id only."""
    told = dict(headers or {})
    if isinstance(error, ServiceUnavailable):
        told.setdefault("Retry-After", str(math.ceil(error.details.get("retry_after_s", 1))))
    envelope = ErrorEnvelope(
        error=error_object(error), timestamp=datetime.now(UTC), request_id=request_id
    )
    return Response(envelope.model_dump_json(), error.status, told, "application/json")


def error_object(error: AegisError) -> ErrorObject:
    """The error as the envelope and the stream show it."""
    return ErrorObject(code=error.code, message=error.message, details=error.details)


def error_of_status(status: int) -> AegisError:
    """The first kind of our tree with this status."""
    kinds = (kind for kind in vars(errors).values() if isinstance(kind, type))
    ours = (kind for kind in kinds if issubclass(kind, AegisError) and kind.status == status)
    kind = next(ours, None)
    if kind is None:
        kind = errors.BadRequest if status < AegisError.status else AegisError
    return kind()


def _render(error: Exception, scope: Scope) -> Response:
    headers = error.headers if isinstance(error, HTTPException) else None
    return error_response(to_aegis_error(error), scope, _allow_all(headers, scope))


def _allow_all(headers: Mapping[str, str] | None, scope: Scope) -> Mapping[str, str] | None:
    """The framework names the methods of the first route that fits, here are all of that path."""
    named = set((headers or {}).get("Allow", "").split(", ")) - {""}
    methods = methods_of(exchange_of(scope).template)
    return {**(headers or {}), "Allow": ", ".join(methods)} if named & set(methods) else headers
