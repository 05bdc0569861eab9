"""How the file of the views keeps up with the journal."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery

Make = Callable[..., Assessment]


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
