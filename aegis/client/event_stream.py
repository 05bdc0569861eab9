"""The WebSocket stream as an iterator that survives lost connections."""

from collections.abc import Iterator

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.sync.client import ClientConnection, connect

from aegis.api.stream_schemas import StreamEvent
from aegis.client.retry import Retry
from aegis.client.subscription import MAX_MESSAGE_BYTES, Subscription, raise_refusal
from aegis.errors import ServiceUnavailable


class EventStream:
    """One subscription; it remembers the last sequence number and resumes after it."""

    def __init__(self, wanted: Subscription, retry: Retry) -> None:
        self._wanted = wanted
        self._retry = retry
        self._last: StreamEvent | None = None

    def events(self, timeout_s: float | None) -> Iterator[StreamEvent]:
        """Events as they come; ends after `timeout_s` of silence."""
        attempt = 0
        while True:
            try:
                with self._open() as socket:
                    for event in self._read(socket, timeout_s):
                        attempt = 0
                        yield event
                    return
            except (ConnectionClosed, InvalidHandshake, OSError) as error:
                raise_refusal(error, self._last)
                attempt += 1
                wait_s = self._retry.wait_s(attempt)
                if wait_s is None:
                    raise ServiceUnavailable("The event stream cannot be reached") from error
                self._retry.sleep(wait_s)

    def _open(self) -> ClientConnection:
        wanted = self._wanted
        return connect(
            wanted.address, additional_headers=wanted.headers, max_size=MAX_MESSAGE_BYTES
        )

    def _read(self, socket: ClientConnection, timeout_s: float | None) -> Iterator[StreamEvent]:
        while True:
            try:
                text = socket.recv(timeout_s)
            except TimeoutError:
                return
            event = self._wanted.read(text)
            if event is not None:
                self._last = event
                yield event
