"""`aegis keys`: a key is shown once, kept as a digest, listed and revoked."""

import json
import stat
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aegis.cli.main import app
from aegis.key_file import digest_of, read_keys


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.json"


def keys(file: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["keys", *words, "--file", str(file)])


def test_create_prints_the_key_alone_and_keeps_its_digest(file: Path) -> None:
    result = keys(file, "create", "Gate", "--scope", "read,operate", "--days", "30")
    assert result.exit_code == 0, result.output
    secret = result.stdout.strip()
    (made,) = read_keys(file)
    assert made.sha256 == digest_of(secret)
    assert sorted(made.scopes) == ["operate", "read"]
    assert made.expires_at
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_list_shows_all_but_the_digest(file: Path) -> None:
    secret = keys(file, "create", "Gate [red]", "--scope", "analyze", "--camera", "A=B=5").stdout
    keys(file, "create", "Everything", "--scope", "all")
    shown = keys(file, "list").stdout
    assert "Gate [red]" in shown
    assert "A=B=5" in shown
    assert "read analyze operate actuate admin" in shown
    listed = json.loads(keys(file, "list", "--json").stdout)["keys"]
    assert [it["cameras"] for it in listed] == [{"A=B": 5.0}, {}]
    assert secret.strip() not in shown
    assert not any("sha256" in it for it in listed)


def test_revoke_closes_a_key_and_keeps_its_line(file: Path) -> None:
    keys(file, "create", "Gate", "--scope", "read")
    (made,) = read_keys(file)
    assert keys(file, "revoke", made.id).exit_code == 0
    (revoked,) = read_keys(file)
    assert revoked.revoked_at
    assert "revoked" in keys(file, "list").stdout
    assert keys(file, "revoke", made.id).exit_code == 0
    assert read_keys(file) == (revoked,)


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["create", "Gate", "--scope", "root"], "no scope 'root'"),
        (["create", "Gate", "--scope", "read", "--camera", "A"], "scope analyze only"),
        (["create", "Gate", "--scope", "analyze", "--camera", "A=fast"], "'fast' is no rate"),
        (["create", "", "--scope", "read"], "name"),
        (["revoke", "key_none"], "aegis keys list"),
    ],
)
def test_a_mistake_is_told_in_one_line_and_changes_nothing(
    file: Path, words: list[str], named: str
) -> None:
    result = keys(file, *words)
    assert result.exit_code == 2
    assert named in result.output
    assert read_keys(file) == ()


def test_keys_can_be_made_before_the_server_may_start(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AEGIS_HOST", "0.0.0.0")
    monkeypatch.setenv("REQUIRE_API_KEY", "true")
    monkeypatch.setenv("AEGIS_KEYS_FILE", str(file))
    assert CliRunner().invoke(app, ["keys", "create", "x", "--scope", "read"]).exit_code == 0
    assert len(read_keys(file)) == 1
