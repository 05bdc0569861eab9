"""What can be asked, and that the answers outlive the file."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aegis.domain.incident import IncidentQuery
from aegis.errors import ValidationFailed
from data.commands import DeleteIncidents
from tests.unit.data.filled_memory import UTC_ZONE, Make, fill, ids


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory, open_memory: Any, make_assessment: Make
) -> Iterator[Any]:
    """A filled memory that every test only reads."""
    memory = fill(open_memory(tmp_path_factory.mktemp("filled")), make_assessment)
    yield memory
    memory.close()


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
