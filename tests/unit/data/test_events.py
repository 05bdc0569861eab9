"""One event, one incident: cooldown, neighbouring cameras, what stays for ever, any order."""

import random
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aegis.domain.assessment import Assessment, Subject
from aegis.domain.incident import Incident
from data.frame_commands import RecordFrame

Make = Callable[..., Assessment]
NEIGHBOURS = {"A": {"B": 20.0}, "B": {"A": 20.0, "C": 40.0}, "C": {"B": 40.0}, "D": {}}


def at_camera(make: Make, camera: str, at: float, **changes: Any) -> Assessment:
    given = {
        "rule": "intruder",
        "camera_id": camera,
        "grouping_key": f"intruder|camera={camera}",
        "nearby": NEIGHBOURS[camera],
        "quiet_gap_s": 30.0,
    }
    return make(at, **given | changes)


def thing_at(x: float) -> tuple[Subject, ...]:
    return (
        Subject(
            description="Person", behavior="stands", location="yard", bbox=(x, 10, x + 40, 110)
        ),
    )


def test_one_event_over_neighbouring_cameras_is_one_incident(
    memory: Any, make_assessment: Make
) -> None:
    way = [("A", 0), ("A", 10), ("B", 28), ("C", 66), ("B", 100)]
    seen = [memory.record(at_camera(make_assessment, *step)) for step in way]
    assert {incident.id for incident in seen} == {"incident_1"}
    assert (seen[-1].camera_id, seen[-1].cameras) == ("A", ("A", "B", "C"))
    assert seen[-1].frame_count == 5
    memory.views.catch_up()
    assert memory.views.get("incident_1") == seen[-1]


@pytest.mark.parametrize(
    ("camera", "at", "changes"),
    [
        ("B", 31, {}),
        ("C", 5, {}),
        ("D", 5, {}),
        ("B", 15, {"rule": "weapon", "grouping_key": "weapon|camera=B"}),
    ],
    ids=["walked too long", "no neighbour", "unknown camera", "another kind"],
)
def test_what_cannot_be_the_same_event_is_another_incident(
    memory: Any, make_assessment: Make, camera: str, at: float, changes: dict[str, Any]
) -> None:
    memory.record(at_camera(make_assessment, "A", 0))
    memory.record(at_camera(make_assessment, "A", 10))
    assert memory.record(at_camera(make_assessment, camera, at, **changes)).id == "incident_2"


def test_a_restart_in_the_middle_of_an_event_changes_nothing(
    memory: Any, make_assessment: Make
) -> None:
    for camera, at in [("A", 0), ("B", 15), ("C", 50), ("B", 70), ("A", 88)]:
        incident = memory.record(at_camera(make_assessment, camera, at))
        memory.close()
        memory.open()
    assert (incident.id, incident.cameras) == ("incident_1", ("A", "B", "C"))
    assert memory.record(at_camera(make_assessment, "C", 120)).frame_count == 6


def test_within_the_cooldown_another_key_of_the_rule_is_the_same_alarm(
    memory: Any, make_assessment: Make
) -> None:
    def visit(number: int, at: float, **changes: Any) -> Incident:
        key = {"grouping_key": f"intruder|camera=A|visit={number}"}
        incident: Incident = memory.record(at_camera(make_assessment, "A", at, **key | changes))
        return incident

    cooling = {"cooldown_s": 120.0}
    assert visit(1, 0, **cooling).id == "incident_1"
    assert visit(2, 119, **cooling).id == "incident_1"
    assert visit(3, 240, **cooling).id == "incident_2"
    assert visit(4, 250).id == "incident_3"
    late = visit(1, 90, **cooling)
    assert (late.id, late.frame_count) == ("incident_1", 3)


def test_what_stands_still_for_ever_alarms_once_and_fills_no_journal(
    memory: Any, make_assessment: Make
) -> None:
    for at in range(0, 4000, 5):
        incident = memory.record(
            at_camera(
                make_assessment,
                "A",
                at,
                subjects=thing_at(50 + at % 10),
                max_duration_s=600.0,
                grouping_key=f"intruder|camera=A|track={at // 500 if at > 700 else 0}",
            )
        )
        assert incident.id == "incident_1"
    assert memory.journal.head_seq < 121 + 3400 / 15 + 2
    ended = incident.ended_at(memory.now + timedelta(seconds=3995))
    assert ended == incident.first_seen + timedelta(seconds=600)


def test_what_has_moved_after_the_longest_duration_is_a_new_alarm(
    memory: Any, make_assessment: Make
) -> None:
    def stand(at: float, x: float, **changes: Any) -> str:
        place = {"subjects": thing_at(x), "max_duration_s": 600.0}
        incident: Incident = memory.record(at_camera(make_assessment, "A", at, **place | changes))
        return incident.id

    ids = {stand(at, 50) for at in range(0, 601, 20)}
    assert ids == {"incident_1"}
    assert stand(620, 50) == "incident_1"
    assert stand(640, 300) == "incident_2"
    assert stand(650, 50, severity="critical") == "incident_2"
    assert memory.live.get("incident_2").severity == "critical"
    assert stand(1220, 50) == "incident_1"
    assert stand(2500, 50) == "incident_3"


def test_a_scene_without_subjects_that_stays_as_it_is_alarms_once(
    memory: Any, make_assessment: Make
) -> None:
    frames = [
        at_camera(make_assessment, "A", at, subjects=(), max_duration_s=100.0)
        for at in range(0, 2000, 10)
    ]
    assert {memory.record(frame).id for frame in frames} == {"incident_1"}


def test_an_incident_ends_a_quiet_gap_after_its_last_frame(
    memory: Any, make_assessment: Make
) -> None:
    incident = memory.record(at_camera(make_assessment, "A", 100))
    seen = incident.last_seen
    assert incident.ended_at(seen + timedelta(seconds=30)) is None
    assert incident.ended_at(seen + timedelta(seconds=31)) == seen


WINDOW_S = 5.0
"""By so much frames may come late: gaps keep as clear of quiet gap and walking time, and nobody
walks from one camera's view to another's in less."""


def story(seed: int) -> list[list[tuple[str, float]]]:
    """Events of (camera, time), each over neighbouring cameras, clearly apart from each other."""
    chance = random.Random(seed)
    events, at = [], 0.0
    for _ in range(chance.randint(1, 4)):
        camera, event = chance.choice("ABCD"), []
        for _ in range(chance.randint(1, 8)):
            event.append((camera, at))
            before, camera = camera, chance.choice([camera, *NEIGHBOURS[camera]])
            at += chance.uniform(0 if camera == before else WINDOW_S, 20 - WINDOW_S)
        events.append(event)
        at += 40 + 2 * WINDOW_S + chance.uniform(0, 100)
    return events


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), batch=st.integers(1, 5), restarts=st.booleans())
def test_late_repeated_and_shuffled_frames_give_the_same_incidents(
    seed: int, batch: int, *, restarts: bool, open_memory: Any, make_assessment: Make
) -> None:
    chance = random.Random(seed)
    events = story(seed)
    commands = [
        (
            at + chance.uniform(0, WINDOW_S),
            RecordFrame(at_camera(make_assessment, camera, at), b"x", f"{camera}{at}"),
        )
        for event in events
        for camera, at in event
    ]
    commands += chance.sample(commands, len(commands) // 3)
    arrived = [command for _, command in sorted(commands, key=lambda pair: pair[0])]
    with tempfile.TemporaryDirectory() as folder:
        memory = open_memory(Path(folder))
        for start in range(0, len(arrived), batch):
            memory.do(*arrived[start : start + batch])
            if restarts:
                memory.close()
                memory.open()
        told = [memory.live.get(f"incident_{number}") for number in range(1, len(events) + 2)]
        memory.close()
    assert told[-1] is None
    noon = make_assessment().captured_at
    assert sorted(map(outline, told[:-1])) == [
        (
            noon + timedelta(seconds=event[0][1]),
            noon + timedelta(seconds=event[-1][1]),
            len(event),
            {camera for camera, _ in event},
        )
        for event in events
    ]


def outline(incident: Incident) -> tuple[Any, ...]:
    seen = incident.first_seen, incident.last_seen
    return (*seen, incident.frame_count, set(incident.cameras))
