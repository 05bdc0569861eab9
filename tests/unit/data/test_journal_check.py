"""The look at the whole journal after a start."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from aegis.domain.assessment import Assessment
from data.journal_check import JournalCheck

Make = Callable[..., Assessment]


def test_a_sound_journal_is_found_sound(memory: Any, tmp_path: Path, make_assessment: Make) -> None:
    memory.record(make_assessment())
    check = JournalCheck(tmp_path / "journal.sqlite")
    check.wait()
    check.stop()
    assert check.damage is None


def test_what_nobody_asked_for_is_found_and_named(
    memory: Any, tmp_path: Path, make_assessment: Make
) -> None:
    for number in range(3):
        memory.record(make_assessment(number * 3600))
    memory.journal._writer.ask("UPDATE journal SET recorded_at = '2026-01-01' WHERE seq = 2")
    with capture_logs() as logs:
        check = JournalCheck(tmp_path / "journal.sqlite")
        check.wait()
    assert check.damage is not None
    assert "record 2" in check.damage
    assert [line["event"] for line in logs] == ["journal_damaged"]


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite").write_bytes(b"no journal" * 1000)
    check = JournalCheck(tmp_path / "journal.sqlite")
    check.wait()
    assert check.damage is not None
    assert "journal.sqlite" in check.damage
