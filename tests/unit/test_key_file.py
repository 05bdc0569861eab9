"""The key file: whole or not at all, its owner's alone, never a key in it."""

import json
import stat
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from aegis.domain.api_key import ApiKey, KeyScope
from aegis.errors import ConfigurationError
from aegis.key_file import digest_of, editing, new_key, read_keys, utc_now, write_keys


def make_key(secret: str = "s", number: int = 1, **given: Any) -> ApiKey:
    fields = {"scopes": frozenset({KeyScope.READ}), "created_at": utc_now()} | given
    return ApiKey(id=f"key_{number:04}", name="n", sha256=digest_of(secret), **fields)


def test_no_file_is_no_keys(tmp_path: Path) -> None:
    assert read_keys(tmp_path / "keys.json") == ()


def test_keys_come_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    kept = [
        make_key(scopes=frozenset({KeyScope.ANALYZE}), cameras={"CAM_01": 5, "Tür 2": None}),
        make_key("t", 2, scopes=frozenset(KeyScope), expires_at=utc_now(), requests_per_minute=7),
    ]
    write_keys(path, kept)
    assert read_keys(path) == tuple(kept)


def test_only_the_owner_may_read_it_and_it_holds_no_key(tmp_path: Path) -> None:
    path, secret = tmp_path / "new" / "keys.json", new_key()
    with editing(path) as keys:
        keys.append(make_key(secret))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert secret not in path.read_text()
    assert [it.name for it in path.parent.iterdir() if "lock" not in it.name] == ["keys.json"]


def test_a_failed_edit_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, [make_key()])
    before = path.read_bytes()

    def edit() -> None:
        with editing(path) as keys:
            keys.clear()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        edit()
    assert path.read_bytes() == before


def test_editors_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"

    def add(number: int) -> None:
        with editing(path) as keys:
            keys.append(make_key(f"s{number}", number))

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_keys(path)) == 8


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "EOF"),
        ("not json", "JSON"),
        ("[]", "object"),
        ('{"keys": [{}]}', "keys.0.id"),
        ('{"version": 2}', "version"),
        ('{"keyz": []}', "keyz"),
        ("\ud800", "JSON"),
    ],
)
def test_a_broken_file_is_named_with_its_place(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "keys.json"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.raises(ConfigurationError, match=named) as caught:
        read_keys(path)
    assert str(path) in caught.value.message


def test_the_same_key_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    write_keys(path, [make_key()])
    document = json.loads(path.read_text())
    document["keys"] *= 2
    path.write_text(json.dumps(document))
    with pytest.raises(ConfigurationError, match="more than once"):
        read_keys(path)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scopes": frozenset()},
        {"scopes": frozenset({"root"})},
        {"scopes": frozenset({"read", "analyze"}), "cameras": {"CAM_01": 5}},
        {"scopes": frozenset({"analyze"}), "cameras": {"CAM_01": 0}},
        {"scopes": frozenset({"analyze"}), "cameras": {"CAM_01": float("nan")}},
        {"requests_per_minute": 0},
    ],
)
def test_a_key_that_makes_no_sense_is_none(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"key|least|greater|Input|finite"):
        make_key(**wrong)


def test_a_key_ends_when_it_says() -> None:
    now = utc_now()
    key = make_key(expires_at=now + timedelta(seconds=1))
    assert key.state_at(now) == "valid"
    assert key.state_at(now + timedelta(seconds=1)) == "expired"
    assert make_key(revoked_at=now).state_at(now) == "revoked"
