"""Decision 24: several keys with scopes, from a file that changes while we serve."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from aegis.api.access import ROUTE_SCOPES
from aegis.api.key_ring import KeyRing
from aegis.domain.api_key import ApiKey, KeyScope
from aegis.errors import InvalidApiKey
from aegis.key_file import digest_of, new_key, write_keys
from aegis.testing.doubles import InMemoryLimits, in_memory_runtime
from tests.unit.api.api_double import PIXEL, ApiDouble, SocketDouble, make_settings, threat

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FAR = 4_102_444_800.0


def kept(secret: str, *scopes: KeyScope, **given: Any) -> ApiKey:
    return ApiKey(
        id=f"key_{secret}",
        name=secret,
        sha256=digest_of(secret),
        scopes=frozenset(scopes),
        created_at=NOW,
        **given,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


@pytest.fixture(scope="module")
def scoped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiDouble]:
    """A key for each scope, called as its scope."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    write_keys(path, [kept(scope.value, scope) for scope in KeyScope])
    with ApiDouble(threat(), keys_file=path) as double:
        yield double


NEEDY = [
    (*route.split(" "), scope)
    for route, scope in ROUTE_SCOPES.items()
    if scope and not route.startswith("WEBSOCKET")
]


@pytest.mark.parametrize("key", list(KeyScope))
@pytest.mark.parametrize(("method", "path", "needed"), NEEDY)
def test_decision_24_a_key_without_the_scope_is_403(
    scoped: ApiDouble, method: str, path: str, needed: KeyScope, key: KeyScope
) -> None:
    filled = path.replace("{", "").replace("}", "")
    answer = scoped.request(method, filled, headers={"X-API-Key": key.value})
    if key is needed:
        assert answer.status_code not in {401, 403}
        return
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "FORBIDDEN")
    assert error["details"] == {"required_scope": needed.value}


def test_decision_24_an_unknown_path_is_404_for_any_key(scoped: ApiDouble) -> None:
    assert scoped.get("/api/nowhere", headers={"X-API-Key": "read"}).status_code == 404
    assert scoped.get("/api/nowhere").status_code == 401


def test_decision_24_a_socket_needs_the_scope_read(scoped: ApiDouble) -> None:
    async def close_code(key: str) -> int:
        async with SocketDouble(scoped.app, headers={"X-API-Key": key}) as socket:
            return await socket.closed()

    assert scoped.run(close_code("analyze")) == 4403
    assert scoped.run(close_code("wrong")) == 4401


def test_decision_24_refused_before_the_body_is_read_without_the_scope(scoped: ApiDouble) -> None:
    pieces = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal pieces
        pieces += 1
        yield b""

    answer = scoped.post("/api/analyze", content=body(), headers={"X-API-Key": "read"})
    assert (answer.status_code, pieces) == (403, 0)


def test_decision_24_api_key_stays_a_key_for_everything(path: Path) -> None:
    write_keys(path, [kept("reader", KeyScope.READ)])
    with ApiDouble(threat(), keys_file=path, api_key="master") as api:
        for method, route, _ in NEEDY:
            answer = api.request(method, route, headers={"X-API-Key": "master"})
            assert answer.status_code not in {401, 403}
        assert api.get("/api/stats", headers={"X-API-Key": "reader"}).status_code == 200


def test_decision_24_a_key_file_alone_demands_a_key(path: Path) -> None:
    write_keys(path, [])
    with ApiDouble(keys_file=path) as api:
        assert api.get("/api/stats").status_code == 401
        assert api.get("/health").status_code == 200


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"revoked_at": NOW}, "revoked"),
        ({"expires_at": NOW - timedelta(seconds=1)}, "expired"),
        ({"expires_at": NOW}, "expired"),
    ],
)
def test_decision_24_a_key_that_ended_opens_nothing(
    path: Path, given: dict[str, Any], why: str
) -> None:
    write_keys(path, [kept("old", KeyScope.READ, **given)])
    ring = KeyRing(make_settings(keys_file=path), lambda: NOW)
    with pytest.raises(InvalidApiKey, match=why):
        ring.find("old")


def test_keys_rotate_without_a_restart(path: Path) -> None:
    ring = KeyRing(make_settings(keys_file=path), lambda: NOW)
    was_open = not ring.demands_key
    write_keys(path, [kept("first", KeyScope.READ)])
    ring.refresh()
    assert (was_open, ring.demands_key) == (True, True)
    assert ring.find("first").name == "key:key_first"
    write_keys(path, [kept("second", KeyScope.READ)])
    ring.refresh()
    ring.find("second")
    with pytest.raises(InvalidApiKey):
        ring.find("first")


def test_the_file_is_watched_behind_the_callers(path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("aegis.api.key_ring._LOOKS_EVERY_S", 0.01)

    async def rotate() -> None:
        ring = KeyRing(make_settings(keys_file=path), lambda: NOW)
        watch = asyncio.create_task(ring.watch())
        write_keys(path, [kept("new", KeyScope.READ)])
        for _ in range(500):
            await asyncio.sleep(0 if ring.has_keys else 0.01)
        watch.cancel()
        ring.find("new")

    asyncio.run(asyncio.wait_for(rotate(), 10))


@pytest.mark.parametrize("harm", ["break", "delete", "hide"])
def test_a_broken_file_keeps_the_last_good_keys_and_is_logged(path: Path, harm: str) -> None:
    write_keys(path, [kept("good", KeyScope.READ)])
    ring = KeyRing(make_settings(keys_file=path), lambda: NOW)
    if harm == "break":
        path.write_text('{"keys": [{"sha256": "a-secret-by-mistake"}]}')
    else:
        path.unlink()
    if harm == "hide":
        path.mkdir()
    with capture_logs() as lines:
        ring.refresh()
        ring.refresh()
    assert [line["log_level"] for line in lines] == ["error"]
    assert lines[0]["event"] in {"key_file_broken", "key_file_vanished"}
    assert lines[0]["keys_kept"] == 1
    assert "a-secret" not in str(lines)
    assert ring.find("good")


def test_a_file_that_is_broken_from_the_start_lets_only_api_key_in(path: Path) -> None:
    path.write_text("{")
    with ApiDouble(keys_file=path, api_key="master") as api:
        assert api.get("/api/stats").status_code == 401
        assert api.get("/api/stats", headers={"X-API-Key": "master"}).status_code == 200
    with ApiDouble(keys_file=path) as api:
        assert api.get("/api/stats").status_code == 401


def test_every_key_is_compared_whichever_fits(path: Path, monkeypatch: Any) -> None:
    import hmac

    compared: list[str] = []
    true_compare = hmac.compare_digest

    def compare(a: str, b: str) -> bool:
        compared.append(b)
        return true_compare(a, b)

    monkeypatch.setattr("aegis.api.key_ring.hmac.compare_digest", compare)
    write_keys(path, [kept(f"s{number}", KeyScope.READ) for number in range(3)])
    ring = KeyRing(make_settings(keys_file=path, api_key="own"), lambda: NOW)
    for key in ("s0", "s2", "own"):
        compared.clear()
        ring.find(key)
        assert len(compared) == 4


def test_new_keys_are_long_and_fit_a_subprotocol() -> None:
    keys = {new_key() for _ in range(100)}
    assert len(keys) == 100
    assert all(len(key) > 40 and key.replace("-", "").replace("_", "").isalnum() for key in keys)


def test_decision_25_a_keys_own_limit_is_in_the_headers(path: Path) -> None:
    write_keys(path, [kept("few", KeyScope.READ, requests_per_minute=2)])
    runtime = in_memory_runtime(limits=InMemoryLimits(lambda: FAR))
    with ApiDouble(keys_file=path, runtime=runtime) as api:
        answers = [api.get("/api/stats", headers={"X-API-Key": "few"}) for _ in range(3)]
    assert [it.status_code for it in answers] == [200, 200, 429]
    assert answers[0].headers["X-RateLimit-Limit"] == "2"


@pytest.fixture
def bound(path: Path) -> Iterator[ApiDouble]:
    write_keys(path, [kept("cam", KeyScope.ANALYZE, cameras={"CAM_01": 0.2, "CAM_02": None})])
    runtime = in_memory_runtime(limits=InMemoryLimits(lambda: FAR))
    with ApiDouble(keys_file=path, runtime=runtime) as double:
        yield double


def send(api: ApiDouble, **metadata: str) -> Any:
    body = {"image": PIXEL, "metadata": metadata} if metadata else {"image": PIXEL}
    return api.post("/api/analyze", json=body, headers={"X-API-Key": "cam"})


@pytest.mark.parametrize("metadata", [{}, {"camera_id": "CAM_03"}, {"camera_id": "cam_01"}])
def test_a_bound_key_may_not_send_another_cameras_frames(
    bound: ApiDouble, metadata: dict[str, str]
) -> None:
    answer = send(bound, **metadata)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "FORBIDDEN")


def test_decision_25_a_cameras_rate_is_counted_over_ten_seconds(bound: ApiDouble) -> None:
    answers = [send(bound, camera_id="CAM_01") for _ in range(3)]
    assert [it.status_code for it in answers] == [200, 200, 429]
    assert answers[2].json()["error"]["code"] == "RATE_LIMIT_EXCEEDED"
    assert answers[2].headers["X-RateLimit-Limit"] == "2"
    assert int(answers[2].headers["Retry-After"]) >= 1
    assert [send(bound, camera_id="CAM_02").status_code for _ in range(5)] == [200] * 5
