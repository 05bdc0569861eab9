"""Whatever happens in whatever order, a rebuild tells the same story."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery, IncidentStatus, Recorded, StatusUpdate
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponsePlan
from data.commands import AttachPlan, Command, DeleteIncidents, RecordAction, UpdateStatus
from data.frame_commands import RecordFrame

Make = Callable[..., Assessment]

_incident = st.integers(1, 6).map(lambda number: f"incident_{number}")
_key = st.integers(0, 12).map(str)
_frame = st.fixed_dictionaries(
    {
        "at": st.integers(-300, 300),
        "grouping_key": st.sampled_from(["yard", "gate", None]),
        "severity": st.sampled_from(["low", "medium", "critical"]),
        "confidence": st.floats(0, 100),
        "facts": st.dictionaries(
            st.sampled_from("ab"), st.one_of(st.floats(allow_nan=False), st.text(max_size=3))
        ),
    }
)
_step = st.one_of(
    st.tuples(st.just("record"), _frame, _key),
    st.tuples(st.just("status"), _incident, st.sampled_from(list(IncidentStatus))),
    st.tuples(st.just("plan"), _incident, st.sampled_from(["a", "b"])),
    st.tuples(st.just("action"), _incident, st.sampled_from(list(ActionStatus))),
    st.tuples(st.just("delete"), _incident, st.booleans()),
    st.tuples(st.just("read"), st.none(), st.none()),
)


def command_of(step: tuple[str, Any, Any], make: Make, memory: Any, number: int) -> Command[Any]:
    what, first, second = step
    key = f"{what}-{number}"
    if what == "record":
        return RecordFrame(make(**first), b"jpeg" if first["at"] % 2 else None, second)
    if what == "status":
        return UpdateStatus(first, StatusUpdate(status=second, notes=key), key)
    if what == "plan":
        return AttachPlan(first, ResponsePlan(playbook=second))
    if what == "action":
        action = ActionRecord(
            action_id=f"action_{number % 3}",
            action=ActionType.LOCK_DOORS,
            status=second,
            timestamp=memory.now,
        )
        return RecordAction(first, action, key)
    return DeleteIncidents((first,), memory.now, keep_open=second)


def everything(memory: Any) -> tuple[Any, ...]:
    now = memory.now + timedelta(hours=1)
    return (
        memory.views.find(IncidentQuery(limit=1000)),
        memory.views.statistics(now, ZoneInfo("UTC")),
        memory.views.created_before(now, keep_open=False),
        [memory.views.get(f"incident_{number}") for number in range(1, 20)],
    )


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(batches=st.lists(st.lists(_step, min_size=1, max_size=6), max_size=8))
def test_views_after_a_rebuild_equal_the_live_ones(
    batches: list[list[tuple[str, Any, Any]]], open_memory: Any, make_assessment: Make
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory = open_memory(Path(folder))
        first_answers: dict[str, tuple[str, bool]] = {}
        number = 0
        for batch in batches:
            memory.now += timedelta(minutes=1)
            if ("read", None, None) in batch:
                memory.views.catch_up()
            steps = [step for step in batch if step[0] != "read"]
            commands = []
            for step in steps:
                number += 1
                commands.append(command_of(step, make_assessment, memory, number))
            for command, answer in zip(commands, memory.do(*commands), strict=True):
                if isinstance(command, RecordFrame):
                    assert isinstance(answer, Recorded)
                    told = (answer.incident.id, answer.is_new)
                    assert first_answers.setdefault(command.key, told) == told
        live = everything(memory)
        page = live[0]
        assert [memory.live.get(kept.id) for kept in page.incidents] == list(page.incidents)
        opened = [incident_id for incident_id, is_new in first_answers.values() if is_new]
        assert len(set(opened)) == len(opened)
        memory.close()
        (Path(folder) / "views.duckdb").unlink(missing_ok=True)
        memory.open()
        assert everything(memory) == live
        assert memory.journal.verify().is_intact
        memory.close()
