"""Which way a line is crossed, and when it is not."""

from collections.abc import Mapping

import numpy as np
import pytest

from aegis.domain.site import Tripwire
from aegis.vision.tracking.line_crossing import WireMap, WireTraffic, update_crossings

ACROSS = Tripwire(name="gate", line=((0.2, 0.5), (0.8, 0.5)), direction="forward", kind="door")
BENT = Tripwire(name="bent", line=((0.2, 0.2), (0.5, 0.6), (0.8, 0.2)))


def walk(wire: Tripwire, *points: tuple[float, float]) -> list[str]:
    wires = WireMap((wire,))
    clear: Mapping[str, tuple[float, float]] = {}
    crossed: list[str] = []
    for point in points:
        away = wires.distances(np.array([point]))[0].tolist()
        now, clear = update_crossings(wires, clear, point, away)
        crossed += [way for _, way in now]
    return crossed


@pytest.mark.parametrize(
    ("points", "crossed"),
    [
        ([(0.5, 0.3), (0.5, 0.7)], ["forward"]),
        ([(0.5, 0.7), (0.5, 0.3)], ["backward"]),
        ([(0.5, 0.3), (0.5, 0.7), (0.5, 0.3)], ["forward", "backward"]),
        ([(0.9, 0.3), (0.9, 0.7)], []),
        ([(0.5, 0.3), (0.5, 0.49)], []),
        ([(0.5, 0.3), (0.5, 0.505), (0.5, 0.495), (0.5, 0.505), (0.5, 0.3)], []),
        ([(0.5, 0.3), (0.5, 0.505), (0.5, 0.495), (0.5, 0.52)], ["forward"]),
        ([(0.5, 0.5), (0.5, 0.7)], []),
    ],
)
def test_crossing_needs_feet_clearly_on_both_sides(
    points: list[tuple[float, float]], crossed: list[str]
) -> None:
    assert walk(ACROSS, *points) == crossed


def test_bent_line_is_crossed_as_a_whole() -> None:
    assert walk(BENT, (0.5, 0.1), (0.5, 0.9)) == ["forward"]
    assert walk(BENT, (0.1, 0.5), (0.9, 0.5)) == [], "in at one side and out at the other"


def test_traffic_tells_who_was_close_behind_whom() -> None:
    traffic = WireTraffic()
    assert traffic.pass_by(1, ACROSS, "forward", 10.0).behind_s is None
    assert traffic.pass_by(2, ACROSS, "forward", 11.5).behind_s == 1.5
    assert traffic.pass_by(2, ACROSS, "forward", 11.6).behind_s == pytest.approx(1.6)
    assert traffic.pass_by(3, ACROSS, "backward", 12.0).behind_s is None
    assert traffic.pass_by(4, ACROSS, "forward", 99.0).behind_s is None
    assert traffic.counts == {"gate": (4, 1)}


def test_only_the_direction_that_the_site_asks_about_counts() -> None:
    traffic = WireTraffic()
    assert traffic.pass_by(1, ACROSS, "forward", 1.0).counts
    assert not traffic.pass_by(1, ACROSS, "backward", 2.0).counts
