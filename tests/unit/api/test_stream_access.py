"""Who may open a socket."""

from typing import Any

import pytest

from tests.unit.api.api_double import ApiDouble, SocketDouble

KEYS: list[tuple[str, dict[str, str], list[str], str | None]] = [
    ("header", {"X-API-Key": "correct-horse"}, [], None),
    ("subprotocol", {}, ["aegis.key.correct-horse"], "aegis.key.correct-horse"),
    ("both subprotocols", {}, ["aegis", "aegis.key.correct-horse"], "aegis"),
]


@pytest.mark.parametrize(("_name", "headers", "subprotocols", "chosen"), KEYS)
def test_decision_28_key_by_header_or_subprotocol(
    _name: str, headers: dict[str, str], subprotocols: list[str], chosen: str | None
) -> None:
    async def scene() -> Any:
        async with SocketDouble(api.app, headers=headers, subprotocols=subprotocols) as socket:
            assert (await socket.next())["type"] == "system_status"
            assert socket.accepted is not None
            return socket.accepted.get("subprotocol")

    with ApiDouble(api_key="correct-horse") as api:
        assert api.run(scene()) == chosen


def test_decision_28_key_by_query() -> None:
    async def scene() -> str:
        async with SocketDouble(api.app, "/ws/analysis?api_key=correct-horse") as socket:
            return str((await socket.next())["type"])

    with ApiDouble(api_key="correct-horse") as api:
        assert api.run(scene()) == "system_status"


@pytest.mark.parametrize(
    ("path", "headers", "subprotocols"),
    [
        ("/ws/analysis", {}, []),
        ("/ws/analysis", {"X-API-Key": "wrong"}, []),
        ("/ws/analysis", {}, ["aegis.key.wrong"]),
        ("/ws/analysis", {}, ["aegis"]),
        ("/ws/analysis?api_key=wrong", {}, []),
        ("/ws/analysis?api_key=", {}, []),
    ],
)
def test_decision_28_a_wrong_key_closes_4401_before_any_data(
    path: str, headers: dict[str, str], subprotocols: list[str]
) -> None:
    async def scene() -> int | None:
        async with SocketDouble(api.app, path, headers, subprotocols) as socket:
            with pytest.raises(ConnectionAbortedError):
                await socket.next()
            assert socket.accepted is not None
            return socket.close_code

    with ApiDouble(api_key="correct-horse") as api:
        assert api.run(scene()) == 4401


@pytest.mark.parametrize(
    ("origin", "is_allowed"),
    [
        (None, True),
        ("http://aegis.test", True),
        ("https://AEGIS.test", True),
        ("https://ops.example", True),
        ("https://evil.example", False),
        ("https://ops.example.evil.example", False),
        ("null", False),
        ("", False),
        ("http://aegis.test:8080", False),
    ],
)
def test_decision_28_another_origin_is_refused(origin: str | None, is_allowed: bool) -> None:
    headers = {} if origin is None else {"Origin": origin}

    async def scene() -> bool:
        async with SocketDouble(api.app, headers=headers) as socket:
            try:
                await socket.next()
            except ConnectionAbortedError:
                assert socket.accepted is None
                return False
            return True

    with ApiDouble(cors_origins="https://ops.example") as api:
        assert api.run(scene()) is is_allowed


def test_decision_25_sockets_of_one_caller_are_limited() -> None:
    async def scene() -> None:
        async with SocketDouble(api.app) as first:
            await first.next()
            async with SocketDouble(api.app) as second:
                assert (await second.next())["data"]["code"] == "RATE_LIMIT_EXCEEDED"
                assert await second.closed() == 1013
            async with SocketDouble(api.app, peer=("198.51.100.9", 1)) as other:
                await other.next()
        async with SocketDouble(api.app) as again:
            assert (await again.next())["type"] == "system_status"

    with ApiDouble(sockets_per_caller=1) as api:
        api.run(scene())


def test_an_unknown_socket_path_is_closed_without_accept(api: ApiDouble) -> None:
    async def scene() -> bool:
        async with SocketDouble(api.app, "/ws/nowhere") as socket:
            await socket.closed()
            return socket.accepted is None

    assert api.run(scene())
