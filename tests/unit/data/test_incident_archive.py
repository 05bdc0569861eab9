"""Closed days leave the view and stay in every answer."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery, IncidentStatus, StatusUpdate
from data.archive_folder import ArchiveFolder
from data.archive_mark import DayArchived
from data.change import HoldPlaced
from data.commands import DeleteIncidents, SetHold, UpdateStatus
from data.frame_commands import RecordFrame
from data.incident_archive import IncidentArchive
from data.incident_views import IncidentViews

DAY = date(2026, 3, 4)
LATER = date(2026, 3, 20)
Make = Callable[..., Assessment]
CLOSED = StatusUpdate(status=IncidentStatus.RESOLVED, notes="Checked by Ümit")


class Keeper:
    """A memory with an archive, driven by hand."""

    def __init__(self, memory: Any) -> None:
        self.memory = memory
        self.open()

    def open(self) -> None:
        self.folder = ArchiveFolder(str(self.memory.root / "archive"))
        self.archive = IncidentArchive(self.folder, self.memory.journal)
        self.memory.views.close()
        path = self.memory.root / "views.duckdb"
        self.memory.views = IncidentViews(path, self.memory.journal, self.archive)

    def submit(self, command: Any) -> Any:
        (answer,) = self.memory.do(command)
        return answer

    def archive_closed(self) -> int:
        return self.archive.archive_closed(self.memory.views, self.submit, LATER)

    def all(self) -> tuple[Any, ...]:
        views = self.memory.views
        now = datetime(2026, 3, 5, tzinfo=UTC)
        return (
            views.find(IncidentQuery(limit=1000)),
            views.find(IncidentQuery(text="ümit")),
            views.find(IncidentQuery(statuses=(IncidentStatus.RESOLVED,), limit=2)),
            views.statistics(now, ZoneInfo("UTC")),
            [views.get(f"incident_{number}") for number in range(1, 12)],
        )

    @property
    def retired(self) -> int:
        return sum(count for _, count in self.memory.views.ask("archived_days"))

    @property
    def file(self) -> Path:
        (file,) = (self.memory.root / "archive/incidents/date=2026-03-04").glob("*.parquet")
        return Path(file)


@pytest.fixture
def keeper(memory: Any, make_assessment: Make) -> Keeper:
    """incident_1 to 8 on one day and 9, 10 on the next; all but 3 are closed, 4 is held."""
    keeper = Keeper(memory)
    moments = [number + 86_400 * (number > 7) for number in range(10)]
    frames = [make_assessment(moment, grouping_key=None) for moment in moments]
    memory.do(*(RecordFrame(it, b"jpeg", f"{number}") for number, it in enumerate(frames)))
    closed = (1, 2, 4, 5, 6, 7, 8, 9, 10)
    memory.do(*(UpdateStatus(f"incident_{it}", CLOSED, f"close-{it}") for it in closed))
    keeper.submit(SetHold("incident_4", HoldPlaced(reason="Case 7"), "h"))
    return keeper


def test_the_same_answers_before_and_after_and_after_a_rebuild(keeper: Keeper) -> None:
    before = keeper.all()
    assert keeper.archive_closed() == 8
    assert keeper.retired == 8
    assert keeper.folder.days("incidents") == [DAY, DAY + timedelta(days=1)]
    assert keeper.all() == before
    keeper.memory.views.close()
    (keeper.memory.root / "views.duckdb").unlink()
    keeper.open()
    assert keeper.all() == before
    assert keeper.retired == 8


def test_pages_and_cursors_run_over_hot_and_archived_days_alike(keeper: Keeper) -> None:
    def pages() -> list[str]:
        seen, cursor = [], None
        while True:
            page = keeper.memory.views.find(IncidentQuery(limit=3, cursor=cursor))
            seen += [incident.id for incident in page.incidents]
            if (cursor := page.next_cursor) is None:
                return seen

    before = pages()
    keeper.archive_closed()
    assert pages() == before
    assert len(before) == 10


def test_young_open_and_held_ones_stay(keeper: Keeper) -> None:
    assert keeper.archive.archive_closed(keeper.memory.views, keeper.submit, DAY) == 0
    keeper.archive_closed()
    numbers = [
        number
        for table in keeper.folder.read("incidents", DAY)
        for number in table["number"].to_pylist()
    ]
    assert numbers == [1, 2, 5, 6, 7, 8]
    assert keeper.archive_closed() == 0


def test_who_touches_an_archived_incident_brings_it_back(keeper: Keeper) -> None:
    keeper.archive_closed()
    keeper.submit(UpdateStatus("incident_5", StatusUpdate(status=IncidentStatus.ACTIVE), "again"))
    back = keeper.memory.views.get("incident_5")
    assert back.status is IncidentStatus.ACTIVE
    assert len(back.status_history) == 2
    assert keeper.retired == 7
    assert back == keeper.memory.live.get("incident_5")
    before = keeper.all()
    keeper.archive_closed()
    assert keeper.all() == before


def test_what_is_touched_while_its_day_is_written_stays_in_the_view(keeper: Keeper) -> None:
    def submit(command: Any) -> Any:
        keeper.submit(UpdateStatus("incident_6", CLOSED.model_copy(update={"notes": "x"}), "r"))
        return keeper.submit(command)

    keeper.archive.archive_day(DAY, keeper.memory.views, submit)
    assert keeper.memory.views.get("incident_6").notes == "x"
    assert keeper.retired == 5


def test_deleted_incidents_leave_the_files_too(keeper: Keeper) -> None:
    keeper.archive_closed()
    ids = ("incident_1", "incident_9", "incident_10")
    keeper.submit(DeleteIncidents(ids, keeper.memory.now, keep_open=False))
    assert keeper.memory.views.get("incident_1") is None
    keeper.archive_closed()
    assert keeper.folder.days("incidents") == [DAY]
    for dataset in ("incidents", "history", "actions", "statistics"):
        content = b"".join(
            file.read_bytes()
            for file in (keeper.memory.root / "archive" / dataset).rglob("*")
            if file.is_file()
        )
        assert b"incident_9" not in content
    assert sum(table.num_rows for table in keeper.folder.read("incidents", DAY)) == 5


@pytest.mark.parametrize("target", ["file", "manifest", "missing"])
def test_a_damaged_file_is_never_an_answer_and_is_written_anew(keeper: Keeper, target: str) -> None:
    keeper.archive_closed()
    before = keeper.all()
    keeper.open()
    content = bytearray(keeper.file.read_bytes())
    sound = bytes(content)
    if target == "file":
        content[len(content) // 2] ^= 4
        keeper.file.write_bytes(content)
    elif target == "manifest":
        manifest = keeper.file.with_name("_manifest.json")
        manifest.write_bytes(manifest.read_bytes().replace(b'"rows": 6', b'"rows": 7'))
    else:
        keeper.file.unlink()
    assert keeper.all() == before
    assert keeper.archive.damaged_days == {DAY}
    assert (len(keeper.folder.quarantined()) == 1) is (target != "missing")
    keeper.archive_closed()
    assert keeper.archive.damaged_days == set()
    assert keeper.file.read_bytes() == sound
    assert keeper.all() == before


def test_an_archive_that_was_lost_is_written_anew(keeper: Keeper) -> None:
    import shutil

    keeper.archive_closed()
    before = keeper.all()
    shutil.rmtree(keeper.memory.root / "archive")
    keeper.open()
    assert keeper.all() == before
    assert keeper.archive_closed() == 8
    assert keeper.file.exists()


def test_history_actions_and_counts_lie_beside(keeper: Keeper) -> None:
    keeper.archive_closed()
    (history,) = keeper.folder.read("history", DAY)
    assert history.num_rows == 12
    assert set(history["kind"].to_pylist()) == {"incident_opened", "status_changed"}
    (counts,) = keeper.folder.read("statistics", DAY)
    assert counts["incidents"].to_pylist() == [6]


def test_a_mark_names_runs_of_numbers() -> None:
    mark = DayArchived.of(DAY, [7, 1, 2, 3, 9, 8], "")
    assert mark.spans == ((1, 3), (7, 9))
    assert mark.numbers == [1, 2, 3, 7, 8, 9]
    assert DayArchived.of(DAY, [], "").numbers == []
