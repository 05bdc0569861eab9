"""Counts that are kept, not counted."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegis.domain.assessment import Assessment
from data.change import IncidentOpened
from data.entry import Entry
from data.fold import fold
from data.view_tally import Tally

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
Make = Callable[..., Assessment]


def incident(make: Make, **changes: Any) -> Any:
    return fold(None, Entry.of("incident_1", NOON, IncidentOpened(assessment=make(**changes))))


def test_nothing_counts_as_nothing() -> None:
    tally = Tally()
    assert (tally.total, tally.count(), tally.average_confidence) == (0, 0, 0)
    assert tally.floor_of_newest(1, None) is None
    assert (tally.by_type(), tally.between(NOON, NOON + timedelta(days=9))) == ({}, 0)


def test_what_is_taken_out_was_never_there(make_assessment: Make) -> None:
    tally = Tally()
    kept = incident(make_assessment, severity="low", confidence=40)
    gone = incident(make_assessment, severity="high", camera_id="CAM_02", confidence=0.1)
    tally.add(gone)
    tally.add(kept)
    tally.add(gone, -1)
    assert tally.count(severities=("high",)) == tally.count(camera_id="CAM_02") == 0
    assert tally.count(types=("intrusion",), severities=("low", "high"), camera_id="CAM_01") == 1
    assert (tally.by_severity(), tally.average_confidence) == ({"low": 1}, 40)


@pytest.mark.parametrize("moment", ["0001-01-01T00:00Z", "1969-12-31T23:59Z", "9999-12-31T23:59Z"])
def test_any_moment_has_its_quarter(make_assessment: Make, moment: str) -> None:
    tally = Tally()
    tally.add(incident(make_assessment, captured_at=moment))
    floor = tally.floor_of_newest(1, None)
    assert floor is not None
    assert timedelta(0) <= datetime.fromisoformat(moment) - floor < timedelta(minutes=15)


@given(
    minutes=st.lists(st.integers(-5000, 5000), max_size=60),
    wanted=st.integers(1, 70),
    before=st.none() | st.integers(-5000, 5000),
)
def test_after_the_floor_there_are_as_many_as_wanted(
    make_assessment: Make, minutes: list[int], wanted: int, before: int | None
) -> None:
    tally, moments = Tally(), [NOON + timedelta(minutes=minute) for minute in minutes]
    for moment in moments:
        tally.add(incident(make_assessment, captured_at=moment))
    end = None if before is None else NOON + timedelta(minutes=before)
    floor = tally.floor_of_newest(wanted, end)
    if floor is not None:
        assert (
            sum(floor <= moment and (end is None or moment <= end) for moment in moments) >= wanted
        )
    elif end is None:
        assert len(moments) < wanted
