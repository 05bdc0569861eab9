"""Frames that come shuffled, twice or late tell the same as those that come in order."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation
from aegis.domain.site import Camera, Site, Tripwire, Zone
from aegis.vision.scene.reordering import WINDOW_S
from aegis.vision.scene.scene_session import SceneSession

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = (1000, 500)
SITE = Site(
    cameras={
        "room": Camera(
            zones=(Zone(name="floor", polygon=((0.3, 0.5), (0.7, 0.5), (0.7, 1), (0.3, 1))),),
            tripwires=(Tripwire(name="gate", line=((0.5, 0), (0.5, 1)), kind="door"),),
        )
    }
)
Shot = tuple[float, Detections]


def shot(at_s: float, *places: float) -> Shot:
    boxes = [[x - 40, 200, x + 40, 400] for x in places]
    return at_s, Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(places), 0.8, np.float32),
        ("person",) * len(places),
    )


def film(hertz: float = 4.0, seconds: float = 7.0) -> list[Shot]:
    """One walks to the right, another comes 2 s behind; the detector misses now and then."""
    shots = []
    for step in range(round(seconds * hertz)):
        at_s = step / hertz
        places = [60 + 100 * at_s, 60 + 100 * (at_s - 2)]
        present = [x for n, x in enumerate(places) if 0 < x < 950 and (step + n) % 7]
        shots.append(shot(at_s, *present))
    return shots


def watch(session: SceneSession, shots: list[Shot]) -> list[Observation]:
    told = []
    for at_s, seen in shots:
        at = START + timedelta(seconds=at_s)
        told.append(session.observe(Frame(b"", at, "r", f"{at}", camera_id="room"), seen, SIZE))
    return told


def probe(session: SceneSession) -> Observation:
    """What the scene makes of one more frame: all that it remembers shows there."""
    return watch(session, [shot(7.2, 300, 500, 740)])[0]


def disturb(shots: list[Shot], delays: list[float], again: list[int]) -> list[Shot]:
    """Each frame arrives up to the window late, some twice."""
    arrivals = [
        (at_s + delay, number, (at_s, seen))
        for number, ((at_s, seen), delay) in enumerate(zip(shots, delays, strict=True))
    ]
    arrivals += [(arrivals[n][0] + 0.3, n, shots[n]) for n in again if n < len(shots)]
    return [it for _, _, it in sorted(arrivals, key=lambda arrival: arrival[:2])]


SHOTS = film()
ORDERED = SceneSession("room", SITE)
IN_ORDER = {it.captured_at: it for it in watch(ORDERED, SHOTS)}
AFTER = probe(ORDERED)

delay = st.floats(0, WINDOW_S - 0.25)


@settings(max_examples=8, deadline=None)
@given(
    st.lists(delay, min_size=len(SHOTS), max_size=len(SHOTS)),
    st.lists(st.integers(0, len(SHOTS) - 1), max_size=8),
)
def test_scene_is_the_same_whatever_the_order_within_the_window(
    delays: list[float], again: list[int]
) -> None:
    session = SceneSession("room", SITE)
    watch(session, disturb(SHOTS, delays, again))
    assert probe(session) == AFTER


@pytest.mark.parametrize("late_s", [0.25, 1.0, 1.75])
def test_what_is_told_of_a_late_frame_is_what_would_have_been_told_in_time(late_s: float) -> None:
    session = SceneSession("room", SITE)
    held, rest = SHOTS[16], [it for it in SHOTS if it is not SHOTS[16]]
    arrives_after = 16 + round(late_s * 4)
    watch(session, rest[:arrives_after])
    (late,) = watch(session, [held])
    in_time = IN_ORDER[late.captured_at]
    assert late.is_late
    assert late.model_copy(update={"is_late": False}) == in_time


def test_frame_before_the_first_is_put_in_its_place() -> None:
    session = SceneSession("room", SITE)
    watch(session, [SHOTS[1], SHOTS[0], *SHOTS[2:]])
    assert probe(session) == AFTER


def test_frame_that_is_too_late_changes_nothing() -> None:
    session = SceneSession("room", SITE)
    watch(session, [*SHOTS, shot(6.75 - WINDOW_S - 0.1, 100, 400, 700)])
    assert probe(session) == AFTER


def test_thirty_frames_a_second_are_put_in_order_too() -> None:
    shots = film(30.0, 2.0)
    ordered, swapped = SceneSession("room", SITE), SceneSession("room", SITE)
    watch(ordered, shots)
    pairs = [it for first, second in zip(shots[::2], shots[1::2], strict=True)
             for it in (second, first)]  # fmt: skip
    watch(swapped, pairs)
    assert probe(swapped) == probe(ordered)
