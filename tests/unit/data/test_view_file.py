"""How the file of the views keeps up with the journal, and outlives what is done to it."""

import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from structlog.testing import capture_logs

from aegis.domain.incident import IncidentQuery, IncidentStatus, StatusUpdate
from aegis.errors import ServiceUnavailable
from data.commands import DeleteIncidents, UpdateStatus
from tests.unit.data.filled_memory import Make, everything, ids


def remove(path: Path) -> None:
    path.unlink()


def overwrite(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def flip_a_bit(path: Path) -> None:
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 1
    path.write_bytes(raw)


def turn_into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def by_sql(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        with duckdb.connect(path) as connection:
            for statement in statements:
                connection.execute(statement)

    return change


DAMAGE: dict[str, Callable[[Path], None]] = {
    "removed": remove,
    "overwritten": overwrite,
    "a flipped bit": flip_a_bit,
    "cut off": cut_off,
    "a folder": turn_into_a_folder,
    "older": by_sql("UPDATE version SET number = 0"),
    "no progress": by_sql("DELETE FROM progress"),
    "ahead": by_sql("UPDATE progress SET seq = 1000"),
    "another journal's": by_sql("UPDATE progress SET hash = 'another'", "DELETE FROM base"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_views_are_rebuilt_aloud_with_the_same_answers(
    own: Any, tmp_path: Path, damage: str
) -> None:
    before = everything(own)
    own.close()
    DAMAGE[damage](tmp_path / "views.duckdb")
    own.open()
    with capture_logs() as logs:
        assert everything(own) == before
    assert "views_rebuilt" in [line["event"] for line in logs]


def test_healthy_views_are_taken_up_where_they_were_left(own: Any, make_assessment: Make) -> None:
    own.views.catch_up()
    own.close()
    own.open()
    own.record(make_assessment(9 * 3600))
    with capture_logs() as logs:
        assert ids(own) == [6, 5, 4, 3, 2, 1]
    assert logs == []


def test_a_file_that_was_being_written_is_not_trusted(own: Any, tmp_path: Path) -> None:
    before = everything(own)
    own.close()
    (tmp_path / "views.duckdb.wal").write_bytes(b"half a log")
    own.open()
    with capture_logs() as logs:
        assert everything(own) == before
    assert "being written" in logs[0]["reason"]


def records_folded(own: Any) -> list[int]:
    """What the views read from the journal when they are opened and asked."""
    read, asked = own.journal.read, list[int]()

    def noted(after_seq: int = 0) -> Any:
        asked.append(after_seq)
        return read(after_seq)

    own.journal.read = noted
    own.views.catch_up()
    own.journal.read = read
    return asked


def test_a_rebuild_goes_on_from_the_snapshot(
    own: Any, tmp_path: Path, make_assessment: Make
) -> None:
    own.views.catch_up()
    own.close()
    own.open()
    own.do(DeleteIncidents(("incident_2",), own.now, keep_open=False))
    own.do(UpdateStatus("incident_1", StatusUpdate(status=IncidentStatus.RESOLVED), "t"))
    own.record(make_assessment(9 * 3600))
    before = everything(own)
    own.close()
    (tmp_path / "views.duckdb").unlink()
    own.open()
    assert records_folded(own) == []
    assert everything(own) == before


@pytest.mark.parametrize("damage", [remove, overwrite, flip_a_bit, cut_off])
@pytest.mark.parametrize("victim", ["manifest.json", "*.parquet"])
def test_a_damaged_snapshot_is_not_used(
    own: Any, tmp_path: Path, damage: Callable[[Path], None], victim: str
) -> None:
    before = everything(own)
    own.close()
    (tmp_path / "views.duckdb").unlink()
    damage(next((tmp_path / "views.snapshot").glob(victim)))
    own.open()
    assert records_folded(own) == [0]
    assert everything(own) == before
    own.close()
    (tmp_path / "views.duckdb").unlink()
    own.open()
    assert records_folded(own) == []  # written anew
    assert everything(own) == before


def test_a_snapshot_of_another_journal_is_not_used(own: Any, tmp_path: Path) -> None:
    own.views.catch_up()
    own.close()
    for file in ("journal.sqlite", "journal.head", "views.duckdb"):
        (tmp_path / file).unlink()
    own.open()
    assert ids(own) == []


def test_a_long_rebuild_refuses_reads_with_a_time_and_lets_writes_go_on(
    own: Any, tmp_path: Path, make_assessment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(own)
    own.close()
    (tmp_path / "views.duckdb").unlink()
    shutil.rmtree(tmp_path / "views.snapshot")
    monkeypatch.setattr("data.view_file._AT_ONCE", 2)
    own.open()
    read, go_on = own.journal.read, threading.Event()
    own.journal.read = lambda after=0: go_on.wait(10) and read(after, 3)
    with capture_logs() as logs:
        for _ in range(2):
            with pytest.raises(ServiceUnavailable, match="being rebuilt") as refusal:
                own.views.find(IncidentQuery())
            assert refusal.value.details["retry_after_s"] >= 1
        assert own.record(make_assessment(9 * 3600)).id == "incident_6"
        go_on.set()
        own.views.catch_up()
    assert "views_rebuilt" in [line["event"] for line in logs]
    assert ids(own) == [6, 5, 4, 3, 2, 1]
    own.do(DeleteIncidents(("incident_6",), own.now, keep_open=False))
    assert everything(own) == before


def test_what_is_new_is_brought_into_the_file_now_and_then(
    memory: Any, make_assessment: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.view_file._MERGED_AFTER", 3)
    for number in range(12):
        memory.record(make_assessment(number * 3600))
        memory.do(DeleteIncidents((f"incident_{number - 3}",), memory.now, keep_open=False))
        memory.views.catch_up()
    before = everything(memory)
    memory.close()
    manifest = (tmp_path / "views.snapshot" / "manifest.json").read_text()
    assert 1 <= manifest.count("sha256") <= 3  # joined, though many were written
    memory.open()
    assert everything(memory) == before
    (tmp_path / "views.duckdb").unlink()
    memory.views.close()
    memory.close()
    memory.open()
    assert everything(memory) == before


def test_a_damaged_journal_is_never_folded(own: Any) -> None:
    own.journal._writer.ask("UPDATE journal SET payload = replace(payload, '70.0', '71.0')")
    with pytest.raises(ServiceUnavailable, match="record 1"):
        ids(own)


def test_a_question_does_not_run_after_those_who_go_on_writing(
    memory: Any, make_assessment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory.record(make_assessment(grouping_key=None))
    read, reads = memory.journal.read, list[int]()

    def read_while_somebody_writes(after_seq: int = 0) -> Any:
        assert len(reads) < 10, "the question goes on for as long as somebody writes"
        reads.append(after_seq)
        rows = read(after_seq)
        memory.record(make_assessment(len(reads) * 3600, grouping_key=None))
        return rows

    monkeypatch.setattr(memory.journal, "read", read_while_somebody_writes)
    assert memory.views.find(IncidentQuery()).total == 1
    assert memory.views.find(IncidentQuery()).total == 2
    assert reads == [0, 1]


def test_views_follow_the_journal_while_nobody_asks(
    memory: Any, make_assessment: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.view_follower._PERIOD_S", 0.01)
    monkeypatch.setattr("data.view_follower._WORTH_IT", 5)
    memory.record(make_assessment(grouping_key=None))
    memory.views.catch_up()
    read, read_after = memory.journal.read, list[int]()

    def note(after_seq: int = 0) -> Any:
        read_after.append(after_seq)
        return read(after_seq)

    monkeypatch.setattr(memory.journal, "read", note)
    memory.views.follow()
    for hour in range(1, 5):
        memory.record(make_assessment(hour * 3600, grouping_key=None))
    time.sleep(0.1)
    assert read_after == []  # too few to be worth it
    memory.record(make_assessment(5 * 3600, grouping_key=None))
    give_up_at = time.monotonic() + 10
    while not read_after and time.monotonic() < give_up_at:
        time.sleep(0.01)
    memory.views.stop_building()
    assert read_after == [1]
    assert memory.views.find(IncidentQuery()).total == 6
    assert read_after == [1]
