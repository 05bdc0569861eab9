"""The WebSocket stream as an iterator that survives lost connections."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from aegis.client.retry import Retry
from aegis.domain.event import Event
from aegis.errors import AegisError, Forbidden, InvalidApiKey, ServiceUnavailable, ValidationFailed

_REFUSALS: Mapping[int, type[AegisError]] = {
    4401: InvalidApiKey,
    4403: Forbidden,
    1008: ValidationFailed,
}


class EventStream:
    """One subscription; it remembers the last sequence number and resumes after it."""

    def __init__(
        self, url: str, api_key: str | None, filters: Mapping[str, str], retry: Retry
    ) -> None:
        self._address = url.replace("http", "ws", 1) + "/ws/analysis"
        self._headers = {"X-API-Key": api_key} if api_key else {}
        self._filters = dict(filters)
        self._retry = retry

    def events(self, since: int | None, timeout_s: float | None) -> Iterator[Event]:
        """Events as they come; ends after `timeout_s` of silence."""
        attempt = 0
        while True:
            try:
                with self._open(since) as socket:
                    while (event := _next(socket, timeout_s)) is not None:
                        attempt, since = 0, max(since or 0, event.seq)
                        yield event
                    return
            except (ConnectionClosed, InvalidHandshake, OSError) as error:
                _raise_refusal(error)
                attempt += 1
                if not self._retry.pause(attempt):
                    raise ServiceUnavailable("The event stream cannot be reached") from error

    def _open(self, since: int | None) -> ClientConnection:
        parameters = self._filters if since is None else {**self._filters, "since": str(since)}
        query = f"?{urlencode(parameters)}" if parameters else ""
        return connect(self._address + query, additional_headers=self._headers, max_size=16 * 2**20)


def _next(socket: ClientConnection, timeout_s: float | None) -> Event | None:
    try:
        return Event.model_validate_json(socket.recv(timeout_s))
    except TimeoutError:
        return None


def _raise_refusal(error: Exception) -> None:
    """What no reconnecting will change."""
    if isinstance(error, InvalidStatus) and error.response.status_code in {401, 403}:
        raise Forbidden("The event stream refused the connection") from error
    if isinstance(error, ConnectionClosed) and error.rcvd is not None:
        refusal = _REFUSALS.get(error.rcvd.code)
        if refusal is not None:
            raise refusal(error.rcvd.reason) from error
