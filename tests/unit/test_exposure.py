"""Decision 24: where a server without a key refuses to start, and what it says."""

from pathlib import Path
from typing import Any

import pytest

from aegis.errors import ConfigurationError
from aegis.exposure import require_safe_exposure
from aegis.key_file import utc_now, write_keys
from aegis.settings import Settings
from tests.unit.test_key_file import make_key


def check(folder: Path, **given: Any) -> None:
    require_safe_exposure(Settings(_env_file=None, data_dir=folder, **given))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.0.0.2"])
def test_decision_24_loopback_needs_no_key(tmp_path: Path, host: str) -> None:
    check(tmp_path, host=host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "camera-server", ""])
def test_decision_24_another_address_needs_a_key(tmp_path: Path, host: str) -> None:
    with pytest.raises(ConfigurationError, match=r"API_KEY.*--insecure"):
        check(tmp_path, host=host)
    check(tmp_path, host=host, insecure=True)
    check(tmp_path, host=host, api_key="k")
    write_keys(tmp_path / "keys.json", [make_key()])
    check(tmp_path, host=host)


def test_decision_24_a_key_that_is_not_demanded_protects_nothing(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no key is demanded"):
        check(tmp_path, host="0.0.0.0", api_key="k", require_api_key=False)


def test_decision_24_a_revoked_key_is_none(tmp_path: Path) -> None:
    write_keys(tmp_path / "keys.json", [make_key(revoked_at=utc_now())])
    with pytest.raises(ConfigurationError):
        check(tmp_path, host="0.0.0.0")


def test_decision_24_a_required_key_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="REQUIRE_API_KEY is true, but API_KEY is not set"):
        check(tmp_path, require_api_key=True)
    check(tmp_path, require_api_key=True, api_key="k")
    write_keys(tmp_path / "keys.json", [make_key()])
    check(tmp_path, require_api_key=True)


def test_decision_24_both_names_are_read_from_the_environment_and_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("API_KEY", "REQUIRE_API_KEY", "AEGIS_API_KEY", "AEGIS_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    Path(".env").write_text("API_KEY=of-the-file\nREQUIRE_API_KEY=true\n")
    of_file = Settings()
    assert of_file.api_key
    assert (of_file.api_key.get_secret_value(), of_file.require_api_key) == ("of-the-file", True)
    monkeypatch.setenv("API_KEY", "of-the-environment")
    own = Settings().api_key
    assert own
    assert own.get_secret_value() == "of-the-environment"


def test_a_broken_key_file_stops_a_start(tmp_path: Path) -> None:
    (tmp_path / "keys.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"keys\.json"):
        check(tmp_path)
