"""How the file of the views keeps up with the journal."""

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
