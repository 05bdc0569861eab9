"""A changed policy over an archive, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aegis.cli.main import app
from aegis.ports import Runtime
from aegis.testing.doubles import in_memory_runtime
from aegis.testing.in_memory_policies import InMemoryPolicies
from tests.unit.actors.test_replay import RULES
from tests.unit.actors.test_simulator import DAY, History


def test_what_would_differ_is_told(
    tmp_path: Path, serve: Callable[[Runtime], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = History(tmp_path)
    history.confirm(10)
    lost = history.confirm(86_400 + 6)
    policies = InMemoryPolicies(RULES.format(dwell=5.0))
    url = serve(in_memory_runtime(store=history.store, policies=policies))
    monkeypatch.setenv("AEGIS_DATA_DIR", str(tmp_path))
    stricter = tmp_path / "stricter.yaml"
    stricter.write_text(RULES.format(dwell=20.0))
    command = ["replay", "--policy", str(stricter), "--from", f"{DAY}", "--url", url]
    told = CliRunner().invoke(app, command)
    assert told.exit_code == 0, told.output
    assert "stays" in told.output
    assert lost in told.output
    assert "2 alerts now, 1 then" in told.output
    report = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert report["actions_not_taken"] == {"alert_security": 1}
    stricter.write_text("rules: [")
    broken = CliRunner().invoke(app, command)
    assert broken.exit_code == 2
    assert "stricter.yaml" in broken.output
