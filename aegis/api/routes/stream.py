"""`/ws/analysis`: events pushed to a browser or a program."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from aegis.api.access import ROUTE_SCOPES
from aegis.api.caller import Caller, Doorman, choose_subprotocol, key_of_socket
from aegis.api.errors import error_object
from aegis.api.event_hub import EventHub, Listener
from aegis.api.exchange import exchange_of
from aegis.api.problems import validation_failed
from aegis.api.socket_seats import SocketSeats
from aegis.api.status_ticker import StatusTicker
from aegis.api.stream_message import StreamFilter, StreamMessage, make_message
from aegis.domain.event import EventType
from aegis.errors import AegisError, Forbidden, InvalidApiKey, RateLimitExceeded
from aegis.settings import Settings

WRONG_KEY = 4401
NOT_ALLOWED = 4403
_PATH = "/ws/analysis"
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
_CLOSING_S = 2.0
_LISTS = ("types", "camera_id", "severity")
_log = structlog.get_logger(__name__)


class AnalysisStream:
    """Serves the sockets of one replica."""

    def __init__(
        self,
        hub: EventHub,
        ticker: StatusTicker,
        seats: SocketSeats,
        doorman: Doorman,
        settings: Settings,
    ) -> None:
        self._hub = hub
        self._ticker = ticker
        self._doorman = doorman
        self._origins = frozenset(settings.cors_origins)
        self._most_sockets = settings.sockets_per_caller
        self._seats = seats

    def routes(self) -> APIRouter:
        """The one route."""
        router = APIRouter()
        router.add_api_websocket_route(_PATH, self.serve)
        return router

    async def serve(self, socket: WebSocket) -> None:
        """From the handshake to the close."""
        exchange_of(socket.scope).template = _PATH
        if not self._is_allowed_origin(socket):
            await socket.close(POLICY_VIOLATION, "This origin is not allowed")
            return
        offered: Sequence[str] = socket.scope.get("subprotocols", ())
        key = key_of_socket(socket.scope, socket.query_params.get("api_key"), offered)
        await socket.accept(choose_subprotocol(offered))
        with suppress(WebSocketDisconnect):
            try:
                caller = self._doorman.identify(socket.scope, key)
                exchange_of(socket.scope).caller = caller
                caller.require(ROUTE_SCOPES[f"WEBSOCKET {_PATH}"])
            except InvalidApiKey as error:
                await socket.close(WRONG_KEY, error.message)
                return
            except Forbidden as error:
                await socket.close(NOT_ALLOWED, error.message)
                return
            await self._admit(socket, caller)

    async def _admit(self, socket: WebSocket, caller: Caller) -> None:
        try:
            wanted = read_filter(socket)
        except AegisError as error:
            await self._refuse(socket, error, POLICY_VIOLATION)
            return
        if not await self._seats.take(caller.name):
            too_many = RateLimitExceeded(f"{self._most_sockets} sockets are open already")
            await self._refuse(socket, too_many, TRY_AGAIN_LATER)
            return
        try:
            await self._stream(socket, wanted)
        finally:
            await self._seats.give_back(caller.name)

    async def _refuse(self, socket: WebSocket, error: AegisError, code: int) -> None:
        data = error_object(error).model_dump()
        await socket.send_text(make_message(EventType.ERROR, data, self._hub.last_seq).text)
        await socket.close(code, error.message[:120])

    async def _stream(self, socket: WebSocket, wanted: StreamFilter) -> None:
        self._ticker.start()
        listener, missed = await self._hub.join(wanted.since)
        seen = self._hub.last_seq if wanted.since is None else wanted.since
        parts = [
            asyncio.create_task(self._send(socket, listener, wanted, missed, seen)),
            asyncio.create_task(_until_closed(socket)),
            asyncio.create_task(listener.is_too_slow.wait()),
        ]
        try:
            await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(listener)
            for part in parts:
                part.cancel()
            outcomes = await asyncio.gather(*parts, return_exceptions=True)
        _log_surprises(outcomes)
        if listener.is_too_slow.is_set():
            await _drop(socket)

    async def _send(
        self,
        socket: WebSocket,
        listener: Listener,
        wanted: StreamFilter,
        missed: Sequence[StreamMessage],
        seen: int,
    ) -> None:
        for message in (await self._ticker.message(seen), *missed):
            if wanted.wants(message):
                await socket.send_text(message.text)
        while True:
            message = await listener.queue.get()
            if wanted.wants(message):
                await socket.send_text(message.text)

    def _is_allowed_origin(self, socket: WebSocket) -> bool:
        """Programs send none; a page's must be this very host or one of the settings."""
        origin = socket.headers.get("origin")
        if origin is None or "*" in self._origins or origin in self._origins:
            return True
        return urlsplit(origin).netloc.lower() == socket.headers.get("host", "").lower() != ""


def read_filter(socket: WebSocket) -> StreamFilter:
    """The filter in the query; raises ValidationFailed."""
    query = socket.query_params
    given: dict[str, object] = {name: query.getlist(name) for name in _LISTS if name in query}
    if "since" in query:
        given["since"] = query["since"]
    try:
        return StreamFilter.model_validate(given)
    except ValidationError as error:
        raise validation_failed(error.errors(include_url=False)) from error


async def _until_closed(socket: WebSocket) -> None:
    """What a client says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _drop(socket: WebSocket) -> None:
    with suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
        async with asyncio.timeout(_CLOSING_S):
            reason = "Reading too slowly; resume with since"
            await socket.close(TRY_AGAIN_LATER, reason)


def _log_surprises(outcomes: Sequence[object]) -> None:
    for outcome in outcomes:
        expected = WebSocketDisconnect | asyncio.CancelledError
        if isinstance(outcome, BaseException) and not isinstance(outcome, expected):
            _log.warning("socket_broke", error=type(outcome).__name__)
