"""Speed, heading, approach and paths from a trail."""

import pytest

from aegis.vision.motion import STILL, TrailPoint, came_down, measure_motion, roamed, walked


def trail(*places: tuple[float, float], height: float = 100.0) -> list[TrailPoint]:
    return [TrailPoint(float(second), x, y, height) for second, (x, y) in enumerate(places)]


@pytest.mark.parametrize(
    ("x", "y", "heading"),
    [(180.0, 0.0, 0), (100.0, -80.0, 90), (20.0, 0.0, 180), (100.0, 80.0, 270)],
)
def test_heading_is_right_up_left_down(x: float, y: float, heading: float) -> None:
    motion = measure_motion([TrailPoint(0, 100, 0, 100)], TrailPoint(1, x, y, 100), STILL)
    assert motion.heading_deg == heading
    assert motion.speed == pytest.approx(0.8)


def test_who_hardly_moves_has_no_heading() -> None:
    motion = measure_motion([TrailPoint(0, 100, 0, 100)], TrailPoint(1, 101, 0, 100), STILL)
    assert motion.heading_deg is None


def test_approach_is_growth_and_retreat_its_opposite() -> None:
    near, far = TrailPoint(1, 0, 0, 110), TrailPoint(1, 0, 0, 90)
    assert measure_motion([TrailPoint(0, 0, 0, 100)], near, STILL).approach > 0.05
    assert measure_motion([TrailPoint(0, 0, 0, 100)], far, STILL).approach < -0.05


def test_up_and_down_is_a_long_path_over_little_ground() -> None:
    up_and_down = trail(*[(100.0 * (step % 4 if step % 4 < 3 else 1), 0.0) for step in range(17)])
    assert roamed(up_and_down) == pytest.approx(2.0)
    assert walked(up_and_down) == pytest.approx(16.0)


def test_trembling_is_no_walk() -> None:
    assert walked(trail(*[(5.0 * (step % 2), 0.0) for step in range(50)])) == 0.0


@pytest.mark.parametrize(
    ("now", "descent"),
    [
        (TrailPoint(2, 105, 180, 100), 0.8),
        (TrailPoint(2, 105, 180, 140), 0.0),
        (TrailPoint(2, 300, 180, 100), 0.0),
        (TrailPoint(9, 105, 180, 100), 0.0),
        (TrailPoint(2, 105, 20, 100), 0.0),
    ],
)
def test_coming_down_is_straight_quick_and_without_growth(now: TrailPoint, descent: float) -> None:
    assert came_down(TrailPoint(0, 100, 100, 100), now) == pytest.approx(descent)
