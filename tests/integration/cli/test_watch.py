"""A watch sends frames in order, shows incidents, and ends with a summary whatever happens."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from aegis.cli.main import app
from aegis.cli.watch_view import WatchView
from aegis.errors import AnalysisFailed, ServiceUnavailable
from aegis.settings import Settings
from aegis.testing.doubles import ScriptedVision, Verdict, in_memory_runtime
from aegis.testing.running_system import free_ports
from aegis.testing.video_file import write_mp4
from tests.integration.cli.scripted_verdicts import Verdicts

Serve = Callable[..., str]


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "yard.mp4"
    write_mp4(path, [np.full((48, 64, 3), 90, np.uint8)] * 20, fps=10)
    return path


def watch(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["watch", *arguments])
    assert "Traceback" not in result.output
    return result.exit_code, result.output


def test_frames_arrive_in_order_with_camera_number_and_video_time(serve: Serve, clip: Path) -> None:
    vision = ScriptedVision()
    url = serve(in_memory_runtime(vision=vision))
    start = datetime(2026, 1, 31, 18, tzinfo=UTC)
    code, output = watch(str(clip), "--url", url, "--start", "2026-01-31T18:00:00Z")
    assert code == 0, output
    assert "10 frames analysed" in output
    assert [it.frame_number for it in vision.frames] == list(range(10))
    assert {it.camera_id for it in vision.frames} == {"yard"}
    stamps = [(it.captured_at - start).total_seconds() for it in vision.frames]
    assert stamps == pytest.approx([0.2 * number for number in range(10)], abs=0.001)
    assert len({it.idempotency_key for it in vision.frames}) == 10


def test_without_a_start_the_last_frame_is_now(serve: Serve, clip: Path) -> None:
    vision = ScriptedVision()
    watch(str(clip), "--url", serve(in_memory_runtime(vision=vision)), "--camera", "CAM_9")
    age = datetime.now(UTC) - vision.frames[-1].captured_at
    assert timedelta(0) <= age < timedelta(seconds=20)
    assert vision.frames[0].camera_id == "CAM_9"


def test_incidents_are_shown_once_each_with_their_frames_and_evidence(
    serve: Serve, clip: Path, verdicts: Verdicts
) -> None:
    script = [verdicts.nothing] * 2 + [verdicts.intrusion] * 3 + [verdicts.nothing]
    url = serve(in_memory_runtime(script))
    code, output = watch(str(clip), "--url", url)
    assert code == 0, output
    assert "1 incidents" in output
    assert output.count("A person stands in the marked area") == 1
    (row,) = [line for line in output.splitlines() if "restricted_zone" in line]
    assert "high" in row
    assert " 3 " in row
    assert f"incident_1: {url}/evidence/" in output


def test_a_failed_frame_is_reported_counted_and_passed_over(
    serve: Serve, clip: Path, verdicts: Verdicts
) -> None:
    script: list[Verdict] = [
        verdicts.nothing,
        AnalysisFailed("The analysis failed"),
        verdicts.nothing,
    ]
    code, output = watch(str(clip), "--url", serve(in_memory_runtime(script)))
    assert code == 1
    assert "9 frames analysed, 1 failed" in output
    assert "The analysis failed" in output


def test_a_server_that_is_lost_ends_the_watch_with_the_summary(
    serve: Serve,
    tmp_path: Path,
    verdicts: Verdicts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    path = tmp_path / "yard.mp4"
    write_mp4(path, [np.full((48, 64, 3), 90, np.uint8)] * 20, fps=10)
    script: list[Verdict] = [verdicts.nothing, ServiceUnavailable("Too many frames are waiting")]
    code, output = watch(str(path), "--url", serve(in_memory_runtime(script)))
    assert code == 2
    assert "1 frames analysed, 2 failed" in output
    assert "asks to wait" in output
    assert "aegis serve" in output


def test_an_unreachable_server_is_one_line_with_the_remedy(clip: Path) -> None:
    (port,) = free_ports(1)
    code, output = watch(str(clip), "--url", f"http://127.0.0.1:{port}")
    assert code == 2
    assert len(output.strip().splitlines()) == 1
    assert "aegis serve" in output


def test_a_wrong_key_is_one_line_with_the_remedy(serve: Serve, clip: Path) -> None:
    url = serve(in_memory_runtime(), Settings(api_key="right", requests_per_minute=1000))
    code, output = watch(str(clip), "--url", url, "--api-key", "wrong")
    assert code == 2
    assert "--api-key" in output
    assert watch(str(clip), "--url", url, "--api-key", "right")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["nowhere.mp4"], "There is no nowhere.mp4"),
        (["--start", "yesterday", "nowhere.mp4"], "is no time"),
        (["--fps", "0", "nowhere.mp4"], "--fps"),
        ([], "SOURCE"),
    ],
)
def test_a_users_mistake_is_told_and_exits_with_2(arguments: list[str], why: str) -> None:
    code, output = watch(*arguments)
    assert code == 2
    assert why in output


def test_ctrl_c_ends_with_the_summary(
    serve: Serve,
    clip: Path,
    verdicts: Verdicts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown = WatchView.show

    def interrupt(self: WatchView, outcome: object, tally: object) -> None:
        shown(self, outcome, tally)  # type: ignore[arg-type]
        if getattr(tally, "sent", 0) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(WatchView, "show", interrupt)
    code, output = watch(str(clip), "--url", serve(in_memory_runtime([verdicts.intrusion])))
    assert code == 0
    assert "Stopped." in output
    assert "4 frames analysed" in output
    assert "/evidence/" in output


def test_the_incident_list_and_its_commands_follow_a_watch(
    serve: Serve, clip: Path, verdicts: Verdicts
) -> None:
    url = serve(in_memory_runtime([verdicts.intrusion]))
    watch(str(clip), "--url", url)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(app, ["incidents", *arguments, "--url", url])
        assert result.exit_code == 0, result.output
        return result.output

    assert "incident_1" in run()
    listed = json.loads(
        run("--status", "active", "--severity", "high", "--camera", "yard", "--json")
    )
    assert listed["total"] == 1
    assert json.loads(run("--type", "violence", "--json"))["total"] == 0
    assert "A person stands in the marked area" in run("show", "incident_1")
    assert "incident_1 is resolved" in run("resolve", "1", "--notes", "the cleaner")
    assert json.loads(run("show", "1", "--json"))["notes"] == "the cleaner"
    assert "the cleaner" in run("show", "1")


def test_an_unknown_incident_is_one_line_with_the_remedy(serve: Serve) -> None:
    arguments = ["incidents", "show", "99", "--url", serve(in_memory_runtime())]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "aegis incidents" in result.output
