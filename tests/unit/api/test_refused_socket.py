"""Decision 30: a WebSocket refused at the handshake is answered with the envelope."""

import pytest

from tests.unit.api.api_double import ApiDouble, SocketDouble

TELLABLE: dict[str, dict[str, str]] = {"websocket.http.response": {}}


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/ws/nowhere", {}, 404, "NOT_FOUND"),
        ("/health", {}, 404, "NOT_FOUND"),
        ("/ws/analysis", {"Origin": "http://evil.test"}, 403, "FORBIDDEN"),
    ],
)
def test_decision_30_a_refused_socket_is_an_envelope(
    shared_api: ApiDouble, path: str, headers: dict[str, str], status: int, code: str
) -> None:
    async def knock() -> tuple[int, str]:
        async with SocketDouble(shared_api.app, path, headers, extensions=TELLABLE) as socket:
            with pytest.raises(ConnectionRefusedError):
                await socket.next()
        assert socket.refused
        return socket.refused[0], socket.refused[1]["error"]["code"]

    assert shared_api.run(knock()) == (status, code)


def test_a_server_that_cannot_say_why_just_closes(shared_api: ApiDouble) -> None:
    async def knock() -> int:
        async with SocketDouble(shared_api.app, headers={"Origin": "http://evil.test"}) as socket:
            return await socket.closed()

    assert shared_api.run(knock()) == 1008
