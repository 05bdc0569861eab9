"""Speed, heading, approach and paths from a trail."""

from itertools import accumulate

import pytest

from aegis.vision.tracking.motion import (
    STILL,
    Pace,
    TrailPoint,
    came_down,
    ground_covered,
    measure_motion,
)


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
    assert ground_covered(up_and_down) == pytest.approx((2.0, 16.0))


def test_trembling_is_no_walk() -> None:
    assert ground_covered(trail(*[(5.0 * (step % 2), 0.0) for step in range(50)]))[1] == 0.0


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


def paces(*xs: float, step_s: float = 0.25) -> list[float]:
    points = [TrailPoint(n * step_s, x, 0, 100) for n, x in enumerate(xs)]
    return [pace.speed for pace in accumulate(points, Pace.after, initial=Pace())][1:]


def test_a_run_is_known_after_three_quarters_of_a_second_and_keeps_its_pace() -> None:
    found = paces(*(60.0 * n for n in range(12)))
    assert found[:3] == [0, 0, 0]
    assert found[3:] == pytest.approx([2.4] * 9)


def test_a_run_through_a_second_is_known_from_three_frames() -> None:
    assert paces(0, 80, 160, step_s=1 / 3)[-1] == pytest.approx(2.4)
    assert paces(0, 120, 240, step_s=0.5)[-1] == pytest.approx(2.4)


def test_a_jump_and_a_to_and_fro_are_no_run() -> None:
    assert max(paces(*[0.0] * 8, *[300.0] * 8)) < 0.1
    assert max(paces(*[0.0, 80.0] * 8)) < 1


@pytest.mark.parametrize("step_s", [0.03, 0.1, 0.5, 1.0])
def test_pace_is_that_of_the_run_at_any_frame_rate(step_s: float) -> None:
    found = paces(*(250.0 * n * step_s for n in range(int(4 / step_s))), step_s=step_s)
    assert found[-1] == pytest.approx(2.5, abs=0.01)
