"""Records about no incident, through the writer."""

from collections.abc import Callable
from typing import Any, ClassVar

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery
from aegis.errors import ValidationFailed
from data.commands import KeepMark
from data.frame_commands import RecordFrame
from data.mark import Mark


class Held(Mark):
    kind: ClassVar[str] = "test_held"

    reason: str


def test_a_mark_is_kept_once_for_its_key(memory: Any) -> None:
    held = KeepMark("incident_7", Held(reason="court"), "a")
    assert memory.do(held, held) == [True, False]
    memory.close()
    memory.open()
    assert memory.do(held) == [False]
    assert [kept.mark for kept in memory.journal.marks(Held)] == [Held(reason="court")]


def test_a_key_of_another_mark_is_refused(memory: Any) -> None:
    memory.do(KeepMark("incident_7", Held(reason="court"), "a"))
    answers = memory.do(
        KeepMark("incident_8", Held(reason="court"), "a"),
        KeepMark("incident_7", Held(reason="claim"), "a"),
    )
    assert [type(answer) for answer in answers] == [ValidationFailed, ValidationFailed]
    assert memory.journal.head_seq == 1


def test_marks_make_no_incident_and_disturb_none(
    memory: Any, make_assessment: Callable[..., Assessment]
) -> None:
    memory.do(
        KeepMark("incident_1", Held(reason="before"), "a"),
        RecordFrame(make_assessment(), None, "frame"),
        KeepMark("incident_1", Held(reason="after"), "b"),
    )
    page = memory.views.find(IncidentQuery())
    assert [incident.id for incident in page.incidents] == ["incident_1"]
    assert memory.live.get("incident_1") == page.incidents[0]
    assert memory.journal.verify().is_intact
