"""Every command explains itself; settings and serve say what is wrong in one line."""

import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from aegis.cli.demo_run import CAMERA, DEMO_SITE
from aegis.cli.main import app
from aegis.site_file import load_site
from aegis.testing.doubles import in_memory_runtime
from aegis.testing.scenes.visits import MARKED_AREA
from aegis.testing.video_file import write_mp4
from tests.integration.cli.scripted_verdicts import Verdicts


@pytest.mark.parametrize(
    "command",
    [
        ["serve"],
        ["analyze"],
        ["watch"],
        ["incidents"],
        ["incidents", "show"],
        ["incidents", "resolve"],
        ["incidents", "hold"],
        ["incidents", "evidence"],
        ["incidents", "export"],
        ["sql"],
        ["report"],
        ["replay"],
        ["verify"],
        ["archive", "list"],
        ["backup"],
        ["restore"],
        ["archive", "verify"],
        ["site", "check"],
        ["site", "draw"],
        ["policies", "show"],
        ["policies", "check"],
        ["policies", "apply"],
        ["policies", "history"],
        ["settings"],
        ["demo"],
    ],
)
def test_every_command_has_help(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


def test_settings_show_values_and_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "the-secret")
    monkeypatch.setenv("AEGIS_PORT", "8123")
    result = CliRunner().invoke(app, ["settings"])
    assert result.exit_code == 0
    assert "AEGIS_PORT" in result.output
    assert "8123" in result.output
    assert "REQUIRE_API_KEY" in result.output
    assert "the-secret" not in result.output


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AEGIS_PORT", "many")
    result = CliRunner().invoke(app, ["settings"])
    assert result.exit_code == 2
    assert "AEGIS_PORT" in result.output or "port" in result.output
    assert "Traceback" not in result.output


def test_serve_refuses_a_port_in_use_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = CliRunner().invoke(app, ["serve", "--port", str(port)])
    assert result.exit_code == 2
    assert f"Port {port}" in result.output
    assert "AEGIS_PORT" in result.output


def test_serve_refuses_to_listen_to_everybody_without_a_key() -> None:
    result = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert result.exit_code == 2
    assert "API_KEY" in result.output


def test_the_demonstrations_zone_is_the_area_that_is_painted() -> None:
    (zone,) = load_site(DEMO_SITE).camera(CAMERA).zones
    assert zone.polygon == MARKED_AREA
    assert zone.restricted


def test_the_demonstration_uses_a_server_that_runs_already(
    serve: Callable[..., str],
    verdicts: Verdicts,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = serve(in_memory_runtime([verdicts.nothing, verdicts.intrusion]))
    monkeypatch.setenv("AEGIS_PORT", url.rsplit(":", 1)[1])
    clip = tmp_path / "demo" / f"{CAMERA}.mp4"
    clip.parent.mkdir()
    write_mp4(clip, [np.full((48, 64, 3), 90, np.uint8)] * 5, fps=5)
    result = CliRunner().invoke(app, ["demo", "--data-dir", str(tmp_path), "--exit-after", "0"])
    assert result.exit_code == 0, result.output
    assert "1 incidents" in result.output
    assert "running already" in result.output
