"""What can be asked, and that the answers outlive the file."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from structlog.testing import capture_logs

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery, IncidentStatus, StatusUpdate
from aegis.errors import ServiceUnavailable, ValidationFailed
from data.commands import DeleteIncidents, UpdateStatus

Make = Callable[..., Assessment]
UTC_ZONE = ZoneInfo("UTC")


def ids(memory: Any, **query: Any) -> list[int]:
    page = memory.views.find(IncidentQuery(**query))
    return [int(incident.id.removeprefix("incident_")) for incident in page.incidents]


def everything(memory: Any) -> tuple[Any, ...]:
    return (
        memory.views.find(IncidentQuery(limit=1000)),
        memory.views.statistics(memory.now, UTC_ZONE),
        memory.views.created_before(memory.now + timedelta(days=1), keep_open=True),
    )


def fill(memory: Any, make_assessment: Make) -> Any:
    """Five incidents an hour apart, the third with a status and notes of its own."""
    varied: list[dict[str, Any]] = [
        {"severity": "low", "camera_id": "CAM_02"},
        {"type": "violence", "severity": "critical", "reasoning": "100% STRASSE under_score"},
        {"camera_id": None},
        {"severity": "high", "confidence": 90.0},
        {"type": "vandalism", "severity": "low"},
    ]
    for hour, changes in enumerate(varied):
        memory.record(make_assessment(hour * 3600, grouping_key=None, **changes))
    notes = StatusUpdate(status=IncidentStatus.FALSE_POSITIVE, notes="The GARDENER, 5\\6")
    memory.do(UpdateStatus("incident_3", notes, "s"))
    return memory


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory, open_memory: Any, make_assessment: Make
) -> Iterator[Any]:
    """A filled memory that every test only reads."""
    memory = fill(open_memory(tmp_path_factory.mktemp("filled")), make_assessment)
    yield memory
    memory.close()


@pytest.fixture
def own(memory: Any, make_assessment: Make) -> Any:
    """A filled memory that one test may spoil."""
    return fill(memory, make_assessment)


def test_an_empty_memory_answers_with_zeros(memory: Any) -> None:
    page = memory.views.find(IncidentQuery())
    assert (page.total, page.incidents, page.has_more, page.next_cursor) == (0, (), False, None)
    statistics = memory.views.statistics(memory.now, UTC_ZONE)
    assert set(statistics.incidents_by_type.values()) == {0}
    assert list(statistics.incidents_by_severity) == ["low", "medium", "high", "critical"]
    assert (statistics.average_confidence, statistics.false_positive_rate) == (0, 0)
    assert memory.views.get("incident_1") is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"statuses": ("active",)}, [5, 4, 2, 1]),
        ({"statuses": ("false_positive", "resolved")}, [3]),
        ({"severities": ("low", "critical")}, [5, 2, 1]),
        ({"types": ("violence", "vandalism")}, [5, 2]),
        ({"types": ("nonsense",)}, []),
        ({"types": ("nonsense", "violence")}, [2]),
        ({"camera_id": "CAM_02"}, [1]),
        ({"camera_id": "CAM_0_"}, []),
        ({"severities": ("low",), "types": ("vandalism",)}, [5]),
        ({"text": "gardener"}, [3]),
        ({"text": "straße"}, [2]),
        ({"text": "person in RED"}, [5, 4, 3, 2, 1]),
        ({"text": "%"}, [2]),
        ({"text": "r_score"}, [2]),
        ({"text": "_"}, [2]),
        ({"text": "5\\6"}, [3]),
        ({"text": "' OR 1=1 --"}, []),
        ({"limit": 2}, [5, 4]),
        ({"limit": 2, "offset": 4}, [1]),
        ({"offset": 9}, []),
    ],
)
def test_filters_choose_newest_first(
    filled: Any, query: dict[str, Any], expected: list[int]
) -> None:
    assert ids(filled, **query) == expected


def test_dates_are_inclusive(filled: Any) -> None:
    noon = datetime(2026, 3, 4, 12, tzinfo=UTC)
    hour = timedelta(hours=1)
    assert ids(filled, from_date=noon + hour, to_date=noon + 3 * hour) == [4, 3, 2]
    assert ids(filled, from_date=noon + 4 * hour) == [5]
    assert ids(filled, to_date=noon - timedelta(microseconds=1)) == []


def test_a_page_says_whether_there_is_more(filled: Any) -> None:
    pages = [
        filled.views.find(IncidentQuery(limit=2, offset=offset)) for offset in (0, 2, 3, 4, 5, 8)
    ]
    assert [page.has_more for page in pages] == [True, True, False, False, False, False]
    assert {page.total for page in pages} == {5}


def test_a_cursor_does_not_shift_when_incidents_arrive(memory: Any, make_assessment: Make) -> None:
    for _ in range(6):
        memory.record(make_assessment(grouping_key=None))
    seen, cursor = [], None
    while True:
        page = memory.views.find(IncidentQuery(limit=2, cursor=cursor))
        seen += [incident.id for incident in page.incidents]
        cursor = page.next_cursor
        if cursor is None:
            break
        memory.record(make_assessment(100, grouping_key=None))
        memory.record(make_assessment(0, grouping_key=None))
    assert seen == [f"incident_{number}" for number in (6, 5, 4, 3, 2, 1)]
    assert page.has_more is False


def test_a_cursor_wins_over_an_offset_and_a_strange_one_is_refused(filled: Any) -> None:
    cursor = filled.views.find(IncidentQuery(limit=2)).next_cursor
    assert ids(filled, cursor=cursor, offset=4) == [3, 2, 1]
    with pytest.raises(ValidationFailed):
        ids(filled, cursor="bm9wZQ==")


def test_list_and_detail_and_the_writer_hold_the_same_record(filled: Any) -> None:
    for incident in filled.views.find(IncidentQuery()).incidents:
        assert filled.views.get(incident.id) == incident == filled.live.get(incident.id)


def test_statistics_count_everything_kept(own: Any) -> None:
    own.do(DeleteIncidents(("incident_5",), own.now, keep_open=False))
    statistics = own.views.statistics(own.now, UTC_ZONE)
    assert (statistics.total_incidents, statistics.active_incidents) == (4, 3)
    assert statistics.open_incidents == 3
    assert statistics.incidents_by_severity == {"low": 1, "medium": 1, "high": 1, "critical": 1}
    assert statistics.incidents_by_type == {
        "violence": 1,
        "suspicious_behavior": 0,
        "intrusion": 3,
        "vandalism": 0,
        "normal": 0,
    }
    assert (statistics.average_confidence, statistics.false_positive_rate) == (75.0, 0.25)


@pytest.mark.parametrize(
    ("now", "zone", "today", "this_week"),
    [
        ("2026-03-04T12:00Z", "UTC", 2, 3),  # a Wednesday
        ("2026-03-04T12:00Z", "Asia/Tokyo", 1, 4),  # 21:00, and Sunday 20:00Z was Monday
        ("2026-03-04T15:00Z", "Asia/Tokyo", 1, 4),  # midnight: Thursday has begun
        ("2026-03-04T03:00Z", "America/New_York", 1, 3),  # Tuesday evening
        ("2026-03-08T23:59Z", "UTC", 0, 3),  # Sunday ends the ISO week
        ("2026-03-09T00:00Z", "UTC", 1, 1),  # Monday begins the next
        ("2026-03-08T23:59Z", "Europe/Berlin", 1, 1),  # where it is Monday already
    ],
)
def test_day_and_week_are_those_of_the_zone(
    memory: Any, make_assessment: Make, now: str, zone: str, today: int, this_week: int
) -> None:
    for moment in ("2026-03-01T20:00Z", "2026-03-02T00:00Z", "2026-03-04T00:00Z"):
        memory.record(make_assessment(captured_at=moment, grouping_key=None))
    for moment in ("2026-03-04T20:00Z", "2026-03-09T01:00Z"):
        memory.record(make_assessment(captured_at=moment, grouping_key=None))
    statistics = memory.views.statistics(datetime.fromisoformat(now), ZoneInfo(zone))
    assert (statistics.incidents_today, statistics.incidents_this_week) == (today, this_week)


def test_the_day_the_clock_goes_forward_has_23_hours(memory: Any, make_assessment: Make) -> None:
    for moment in ("2026-03-28T23:00Z", "2026-03-29T21:59Z", "2026-03-29T22:00Z"):
        memory.record(make_assessment(captured_at=moment, grouping_key=None))
    now = datetime(2026, 3, 29, 10, tzinfo=UTC)
    assert memory.views.statistics(now, ZoneInfo("Europe/Berlin")).incidents_today == 2


def test_open_incidents_are_kept_from_cleanup_when_asked(filled: Any) -> None:
    later = filled.now + timedelta(seconds=1)
    assert filled.views.created_before(later, keep_open=True) == ["incident_3"]
    assert len(filled.views.created_before(later, keep_open=False)) == 5
    assert filled.views.created_before(filled.now, keep_open=False) == []


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


def make_older(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE version SET number = 0")


def empty_progress(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("DELETE FROM progress")


def run_ahead(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE progress SET seq = 1000")


def follow_another_journal(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute("UPDATE progress SET hash = 'another'")
        connection.execute("DELETE FROM base")


@pytest.mark.parametrize(
    "damage",
    [
        remove,
        overwrite,
        flip_a_bit,
        cut_off,
        turn_into_a_folder,
        make_older,
        empty_progress,
        run_ahead,
        follow_another_journal,
    ],
)
def test_damaged_views_are_rebuilt_aloud_with_the_same_answers(
    own: Any, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before = everything(own)
    own.close()
    damage(tmp_path / "views.duckdb")
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
