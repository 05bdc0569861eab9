"""What one subscription to the stream asks for, and how far it has come."""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed, InvalidStatus

from aegis.api.stream_schemas import STREAM_EVENT, StreamEvent
from aegis.client.error_answer import error_of
from aegis.domain.event import EventType
from aegis.errors import AegisError, Forbidden, InvalidApiKey, ValidationFailed

MAX_MESSAGE_BYTES = 16 * 2**20
_REFUSALS: Mapping[int, type[AegisError]] = {
    4401: InvalidApiKey,
    4403: Forbidden,
    1008: ValidationFailed,
}
_STATUSES: Mapping[int, type[AegisError]] = {401: InvalidApiKey, 403: Forbidden}
_UNKNOWN_TYPE = "union_tag_invalid"


class Subscription:
    """Filters, and the last sequence number seen: a new connection resumes after it."""

    def __init__(
        self,
        url: str,
        api_key: str | None,
        types: Sequence[str],
        camera_id: str | Sequence[str],
        severity: Sequence[str],
        since: int | None,
    ) -> None:
        cameras = camera_id if isinstance(camera_id, str) else ",".join(camera_id)
        named = {"types": ",".join(types), "camera_id": cameras, "severity": ",".join(severity)}
        self.filters = {name: text for name, text in named.items() if text}
        self.headers = {"X-API-Key": api_key} if api_key else {}
        self.since = since
        self._address = url.replace("http", "ws", 1) + "/ws/analysis"

    @property
    def address(self) -> str:
        """Where to connect now."""
        since = {} if self.since is None else {"since": str(self.since)}
        query = urlencode(self.filters | since)
        return f"{self._address}?{query}" if query else self._address

    def read(self, text: str | bytes) -> StreamEvent | None:
        """The event, noted as seen; None for a type that only a newer server knows."""
        try:
            event = STREAM_EVENT.validate_json(text, extra="ignore")
        except ValidationError as error:
            if error.errors()[0]["type"] == _UNKNOWN_TYPE:
                return None
            raise AegisError("The stream sent what is no event") from error
        self.since = max(self.since or 0, event.seq)
        return event


def raise_refusal(error: Exception, last: StreamEvent | None) -> None:
    """Raise what no reconnecting will change; last: the message before the close."""
    if isinstance(error, InvalidStatus) and error.response.status_code in _STATUSES:
        kind = _STATUSES[error.response.status_code]
        raise kind("The event stream refused the connection") from error
    if isinstance(error, ConnectionClosed) and error.rcvd is not None:
        refusal = _REFUSALS.get(error.rcvd.code)
        if refusal is not None and last is not None and last.type is EventType.ERROR:
            raise error_of(last.data) from error
        if refusal is not None:
            raise refusal(error.rcvd.reason) from error
