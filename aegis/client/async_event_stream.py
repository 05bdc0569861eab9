"""The WebSocket stream as an asynchronous iterator that survives lost connections."""

import asyncio
from collections.abc import AsyncIterator

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from aegis.api.stream_schemas import StreamEvent
from aegis.client.retry import Retry
from aegis.client.subscription import MAX_MESSAGE_BYTES, Subscription, raise_refusal
from aegis.errors import ServiceUnavailable


class AsyncEventStream:
    """One subscription; it remembers the last sequence number and resumes after it."""

    def __init__(self, wanted: Subscription, retry: Retry) -> None:
        self._wanted = wanted
        self._retry = retry
        self._last: StreamEvent | None = None

    async def events(self, timeout_s: float | None) -> AsyncIterator[StreamEvent]:
        """Events as they come; ends after `timeout_s` of silence."""
        attempt = 0
        while True:
            try:
                async with self._open() as socket:
                    async for event in self._read(socket, timeout_s):
                        attempt = 0
                        yield event
                    return
            except (ConnectionClosed, InvalidHandshake, OSError) as error:
                raise_refusal(error, self._last)
                attempt += 1
                wait_s = self._retry.wait_s(attempt)
                if wait_s is None:
                    raise ServiceUnavailable("The event stream cannot be reached") from error
                await self._retry.sleep_async(wait_s)

    def _open(self) -> connect:
        wanted = self._wanted
        return connect(
            wanted.address, additional_headers=wanted.headers, max_size=MAX_MESSAGE_BYTES
        )

    async def _read(
        self, socket: ClientConnection, timeout_s: float | None
    ) -> AsyncIterator[StreamEvent]:
        while True:
            try:
                async with asyncio.timeout(timeout_s):
                    text = await socket.recv()
            except TimeoutError:
                return
            event = self._wanted.read(text)
            if event is not None:
                self._last = event
                yield event
