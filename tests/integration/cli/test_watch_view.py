"""In a terminal a watch redraws its bar and table; elsewhere it tells of what is new."""

import io

import pytest
from rich.console import Console

from aegis.api.schemas import AnalyzeResponse
from aegis.cli.frame_sender import Tally
from aegis.cli.incident_board import IncidentBoard
from aegis.cli.watch_view import WatchView
from aegis.domain.assessment import Severity
from aegis.errors import AnalysisFailed
from tests.integration.cli.scripted_verdicts import Verdicts


def answer(
    verdicts: Verdicts, incident_id: str | None, severity: Severity = Severity.MEDIUM
) -> AnalyzeResponse:
    verdict = verdicts.intrusion if incident_id else verdicts.nothing
    return AnalyzeResponse(
        incident=incident_id is not None,
        type=verdict.type,
        subtype=verdict.subtype,
        severity=severity,
        confidence=80,
        reasoning=verdict.reasoning,
        subjects=(),
        recommended_actions=(),
        timestamp=verdict.captured_at,
        processing_time_ms=3,
        incident_id=incident_id,
        new_incident=True,
        response_plan=(),
        camera_id="yard",
        frame_number=1,
        request_id="r",
    )


@pytest.mark.parametrize("is_terminal", [True, False])
def test_an_incident_is_told_as_soon_as_it_is_met(verdicts: Verdicts, *, is_terminal: bool) -> None:
    said = io.StringIO()
    with WatchView(Console(file=said, force_terminal=is_terminal, width=150), total=2) as view:
        view.show(answer(verdicts, None), Tally(sent=1, elapsed_s=0.5))
        view.show(answer(verdicts, "incident_4"), Tally(sent=2, elapsed_s=1.0))
        assert "incident_4" in said.getvalue()
        assert "marked area" in said.getvalue()
    assert ("2.0 frames/s" in said.getvalue()) is is_terminal


def test_failures_are_told_five_times_and_then_only_counted() -> None:
    said = io.StringIO()
    with WatchView(Console(file=said, width=150), total=None) as view:
        for failed in range(1, 20):
            view.show(AnalysisFailed("No eyes"), Tally(failed=failed, elapsed_s=1.0))
    assert said.getvalue().count("No eyes") == 5
    assert "only counted" in said.getvalue()


def test_the_board_counts_frames_and_keeps_the_worst_severity(verdicts: Verdicts) -> None:
    board = IncidentBoard()
    for incident_id, severity in (
        ("incident_1", Severity.MEDIUM),
        (None, Severity.LOW),
        ("incident_2", Severity.LOW),
        ("incident_1", Severity.CRITICAL),
        ("incident_1", Severity.LOW),
    ):
        board.note(answer(verdicts, incident_id, severity))
    seen = [(it.id, it.frames, it.severity) for it in board.seen]
    assert seen == [("incident_1", 3, Severity.CRITICAL), ("incident_2", 1, Severity.LOW)]
    assert board.tabulate(newest=1).row_count == 1
