"""A graver event takes over what just began and is part of it: one incident, told and planned."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actors.incident_store import IncidentStore
from aegis.domain.analysis import FrameResult
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.event import EventType
from aegis.domain.frame import Frame
from aegis.domain.response import ResponsePlan
from aegis.pipeline import analyze_frame
from aegis.testing.doubles import FixedPlanner, InMemoryEvents, ScriptedVision, in_memory_runtime

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Watch:
    """The pipeline over a real store, with a scripted agent; it hears what is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = IncidentStore(folder)
        self.planner, self.events = FixedPlanner(), InMemoryEvents()

    def see(self, *verdicts: Assessment) -> list[FrameResult]:
        """One frame a second for each verdict."""
        return asyncio.run(self._see(verdicts))

    async def _see(self, verdicts: tuple[Assessment, ...]) -> list[FrameResult]:
        runtime = in_memory_runtime(
            vision=ScriptedVision(*verdicts),
            planner=self.planner,
            store=self.store,
            events=self.events,
        )
        frames = (
            Frame(b"", NOON + timedelta(seconds=at), f"r{at}", f"k{at}", "CAM_01")
            for at in range(len(verdicts))
        )
        return [await analyze_frame(frame, runtime) for frame in frames]

    def told(self) -> list[tuple[str, str]]:
        """Type and severity of every incident_created so far."""
        return asyncio.run(self._told())

    async def _told(self) -> list[tuple[str, str]]:
        told = []
        async for event in self.events.subscribe(0):
            if event.type is EventType.INCIDENT_CREATED:
                told.append((event.data["subtype"], event.data["severity"]))
            if event.type is EventType.SYSTEM_STATUS:
                return told
        return told


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watching = Watch(tmp_path / "var")
    yield watching
    watching.store.close()


def verdict(rule: str, severity: Severity, parts: tuple[str, ...] = ()) -> Assessment:
    return Assessment(
        type=IncidentType.SUSPICIOUS_BEHAVIOR,
        subtype=rule,
        severity=severity,
        confidence=70,
        reasoning=f"{rule} at the door",
        captured_at=NOON,
        camera_id="CAM_01",
        rule=rule,
        grouping_key=f"{rule}|camera=CAM_01",
        quiet_gap_s=30,
        parts=parts,
    )


RUN = verdict("running", Severity.LOW)
THEFT = verdict("package_theft", Severity.HIGH, parts=("running",))


def test_a_thief_who_runs_is_one_incident_that_is_planned_and_told_again(watch: Watch) -> None:
    results = watch.see(RUN, RUN, THEFT, THEFT)
    ids = {it.incident.id for it in results if it.incident}
    assert len(ids) == 1
    assert [it.is_new_incident for it in results] == [True, False, False, False]
    assert watch.planner.planned == [*ids, *ids]
    asyncio.run(watch.events.publish(EventType.SYSTEM_STATUS, {}))
    assert watch.told() == [("running", "low"), ("package_theft", "high")]


def test_what_was_taken_over_is_the_same_after_a_restart(watch: Watch) -> None:
    *_, last = watch.see(RUN, THEFT)
    assert last.incident is not None
    watch.store.close()
    watch.store = IncidentStore(watch.folder)
    kept = asyncio.run(watch.store.get(last.incident.id))
    assert kept == last.incident
    assert (kept.rule, kept.subtype, kept.frame_count) == ("package_theft", "package_theft", 2)
    assert kept.response_plan is not None
    assert kept.reasoning == "package_theft at the door"


def test_a_plan_for_the_lesser_event_that_comes_late_is_not_kept(watch: Watch) -> None:
    begun, taken = (asyncio.run(watch.store.record(it, None, it.rule or "")) for it in (RUN, THEFT))
    late = ResponsePlan(playbook="watch", rule=begun.incident.rule)
    kept = asyncio.run(watch.store.attach_plan(taken.incident.id, late))
    assert (kept.rule, kept.response_plan) == ("package_theft", None)
    timely = ResponsePlan(playbook="thief", rule=taken.incident.rule)
    planned = asyncio.run(watch.store.attach_plan(taken.incident.id, timely))
    assert planned.response_plan == timely


def test_what_runs_after_the_theft_belongs_to_it_too(watch: Watch) -> None:
    part = RUN.model_copy(update={"part_of": ("package_theft",)})
    results = watch.see(RUN, THEFT, part)
    assert len({it.incident.id for it in results if it.incident}) == 1
    assert results[-1].incident is not None
    assert results[-1].incident.rule == "package_theft"


def test_a_graver_event_that_has_nothing_to_do_with_it_is_its_own(watch: Watch) -> None:
    results = watch.see(RUN, THEFT.model_copy(update={"parts": ()}))
    assert [it.is_new_incident for it in results] == [True, True]
