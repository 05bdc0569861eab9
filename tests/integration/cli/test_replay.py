"""A changed policy over an archive, from the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actors.simulator import Simulator
from aegis.cli.main import app
from aegis.client.simulation_progress import follow_simulation
from aegis.ports import Runtime
from aegis.testing.doubles import in_memory_runtime
from aegis.testing.in_memory_policies import InMemoryPolicies
from tests.unit.actors.test_replay import RULES
from tests.unit.actors.test_simulator import DAY, History, run_here


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


def test_the_server_does_the_work_and_tells_how_far_it_is(
    tmp_path: Path, serve: Callable[[Runtime], str]
) -> None:
    history = History(tmp_path)
    simulator = Simulator(history.settings, history.store, run_here)
    url = serve(in_memory_runtime(store=history.store, simulator=simulator))
    policy = tmp_path / "stricter.yaml"
    policy.write_text(RULES.format(dwell=20.0))
    command = ["replay", "--policy", str(policy), "--from", f"{DAY}", "--url", url, "--server"]
    told = CliRunner().invoke(app, [*command, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["changes"][0]["after"] == 1
    policy.write_text("rules: [")
    assert CliRunner().invoke(app, command).exit_code == 2


def test_progress_reaches_the_caller_day_by_day(
    tmp_path: Path, serve: Callable[[Runtime], str]
) -> None:
    history, told = History(tmp_path), list[tuple[int, int]]()
    simulator = Simulator(history.settings, history.store, run_here)
    url = serve(in_memory_runtime(store=history.store, simulator=simulator))
    body = {"policy": RULES.format(dwell=20.0), "first_day": f"{DAY}", "last_day": f"{DAY}"}
    report = follow_simulation(url, None, body, lambda *at: told.append(at))
    assert told == [(0, 1), (1, 1)]
    assert report.days == 1
