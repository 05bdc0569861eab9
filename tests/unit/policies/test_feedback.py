"""How verdicts move thresholds, and how far."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegis.domain.policy import CameraThreshold, Verdict
from aegis.domain.site import FeedbackBounds
from policies.threat.feedback import learn_thresholds
from policies.threat.rules import Rule

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
BOUNDS = FeedbackBounds(lowest=40, highest=60, step=5)


def rule(**given: Any) -> Rule:
    known = {
        "name": "intruder", "watches": "person", "when": "true", "type": "intrusion",
        "subtype": "zone", "severity": "high", "reasoning": "x", "behavior": "x",
    }  # fmt: skip
    return Rule.model_validate(known | given)


def verdicts(said: str, camera_id: str | None = "A", of: str = "intruder") -> tuple[Verdict, ...]:
    """`f`: a false positive, `c`: a confirmation."""
    return tuple(
        Verdict(
            rule=of,
            camera_id=camera_id,
            incident_id=f"incident_{number}",
            is_confirmed=letter == "c",
            decided_at=NOON + timedelta(minutes=number),
        )
        for number, letter in enumerate(said, 1)
    )


def learned(said: str, bounds: FeedbackBounds = BOUNDS, **of_rule: Any) -> CameraThreshold:
    (camera,) = learn_thresholds([rule(**of_rule)], bounds, verdicts(said))["intruder"]
    return camera


@pytest.mark.parametrize(
    ("said", "own", "expected"),
    [
        ("f", 0, 45),
        ("ff", 0, 50),
        ("fffffffff", 0, 60),
        ("c", 0, 0),
        ("fc", 0, 0),
        ("fffffffffc", 0, 55),
        ("f", 50, 55),
        ("c", 50, 45),
        ("ccccc", 50, 40),
        ("cccccf", 50, 45),
        ("f", 70, 70),
        ("c", 70, 65),
    ],
)
def test_a_false_positive_raises_and_a_confirmation_lowers_within_the_sites_bounds(
    said: str, own: float, expected: float
) -> None:
    assert learned(said, threshold=own).threshold == expected


@given(st.text("fc", min_size=1, max_size=60), st.integers(0, 100))
def test_no_verdicts_silence_a_life_safety_rule(said: str, own: int) -> None:
    assert learned(said, threshold=own, life_safety=True).threshold <= own


@given(st.text("fc", min_size=1, max_size=60), st.integers(0, 100), st.integers(0, 100))
def test_whatever_people_say_the_threshold_stays_within_the_bounds_or_at_the_rules_own(
    said: str, own: int, lowest: int
) -> None:
    bounds = FeedbackBounds(lowest=lowest, highest=max(lowest, 80), step=7)
    threshold = learned(said, bounds, threshold=own).threshold
    assert min(own, lowest) <= threshold <= max(own, bounds.highest)


@given(st.text("fc", min_size=1, max_size=20))
def test_every_move_is_told_with_its_incident_and_they_add_up(said: str) -> None:
    camera = learned(said, threshold=30)
    assert [move.incident_id for move in camera.moves] == [
        f"incident_{number}" for number in range(1, len(said) + 1)
    ]
    assert 30 + sum(move.points for move in camera.moves) == pytest.approx(camera.threshold)


def test_cameras_and_rules_learn_apart() -> None:
    said = (*verdicts("ff", "A"), *verdicts("f", None), *verdicts("f", "A", of="other"))
    found = learn_thresholds([rule(), rule(name="silent")], BOUNDS, said)
    assert set(found) == {"intruder"}
    assert {at.camera_id: at.threshold for at in found["intruder"]} == {"A": 50, None: 45}


def test_a_step_of_nothing_switches_it_off() -> None:
    camera = learned("ffff", FeedbackBounds(step=0), threshold=30)
    assert (camera.threshold, {move.points for move in camera.moves}) == (30, {0.0})
