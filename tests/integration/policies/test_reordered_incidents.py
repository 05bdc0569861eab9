"""Sessions and rules together: shuffled, repeated and late frames open the same incidents."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.site import Camera, OpeningHours, Site, Tripwire, Zone
from aegis.vision.scene.reordering import WINDOW_S
from aegis.vision.scene.scene_session import SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules, load_rules

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = (1000, 500)
HERTZ = 4
RULES = load_rules(None)
SITE = Site(
    hours=(OpeningHours(opens=time(8), closes=time(18)),),
    cameras={
        "room": Camera(
            zones=(
                Zone(
                    name="vault",
                    polygon=((0.6, 0.5), (1, 0.5), (1, 1), (0.6, 1)),
                    restricted=True,
                ),
            ),
            tripwires=(
                Tripwire(name="gate", line=((0.3, 0), (0.3, 1)), kind="door"),
                Tripwire(name="line", line=((0.5, 0), (0.5, 1)), kind="tripwire"),
            ),
        )
    },
)
Shot = tuple[float, Detections]
Walk = Callable[[float], float | None]


@st.composite
def walks(draw: st.DrawFn) -> Walk:
    """In at one side at some time, to some place at some pace, perhaps out again."""
    start_s, pace = draw(st.floats(0, 6)), draw(st.floats(40, 300))
    goal, stay_s = draw(st.floats(150, 900)), draw(st.floats(0, 8))
    arrives_s = start_s + goal / pace

    def place(at_s: float) -> float | None:
        if at_s < start_s:
            return None
        if at_s < arrives_s + stay_s:
            return min(goal, (at_s - start_s) * pace)
        left = goal - (at_s - arrives_s - stay_s) * pace
        return left if left > 0 else None

    return place


def film(people: list[Walk], seconds: float = 20.0) -> list[Shot]:
    shots = []
    for step in range(round(seconds * HERTZ)):
        places = [x for walk in people if (x := walk(step / HERTZ)) is not None]
        boxes = [[x - 40, 200, x + 40, 400 + 5 * n] for n, x in enumerate(places)]
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        scores = np.full(len(places), 0.8, np.float32)
        shots.append((step / HERTZ, Detections(xyxy, scores, ("person",) * len(places))))
    return shots


def incidents(shots: list[Shot], rules: ThreatRules = RULES) -> set[tuple[str | None, str | None]]:
    """Rule and grouping key of every incident: what makes one event one."""
    sessions = SceneSessions(SITE)
    opened = set()
    for at_s, seen in shots:
        frame = Frame(b"", START + timedelta(seconds=at_s), "r", f"{at_s}", camera_id="room")
        verdict = assess(sessions.observe(frame, seen, SIZE), SITE, rules)
        if verdict.is_incident:
            opened.add((verdict.rule, verdict.grouping_key))
    return opened


@settings(max_examples=15, deadline=None)
@given(
    st.lists(walks(), min_size=1, max_size=3),
    st.lists(st.floats(0, WINDOW_S - 0.3), min_size=80, max_size=80),
    st.lists(st.integers(0, 79), max_size=10),
)
def test_the_same_incidents_whatever_the_order_within_the_window(
    people: list[Walk], delays: list[float], again: list[int]
) -> None:
    shots = film(people)
    arrivals = [(shots[n][0] + delays[n], n) for n in range(len(shots))]
    arrivals += [(shots[n][0] + delays[n] + 0.3, n) for n in again]
    disturbed = [shots[n] for _, n in sorted(arrivals)]
    assert incidents(disturbed) == incidents(shots)
