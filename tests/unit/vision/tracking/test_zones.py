"""Points and polygons."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from aegis.domain.site import Zone
from aegis.vision.tracking.zones import ZoneMap, are_inside, edges_of, ground_points

SQUARE = np.array([[0.2, 0.2], [0.8, 0.2], [0.8, 0.8], [0.2, 0.8]])
HORSESHOE = np.array([[0, 0], [1, 0], [1, 1], [0.7, 1], [0.7, 0.3], [0.3, 0.3], [0.3, 1], [0, 1]])


def zone_map(*, restricted: bool = True) -> ZoneMap:
    corners = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    return ZoneMap((Zone(name="bay", polygon=corners, restricted=restricted),))


@pytest.mark.parametrize(
    ("polygon", "point", "is_inside"),
    [
        (SQUARE, (0.5, 0.5), True),
        (SQUARE, (0.3, 0.5), True),
        (SQUARE, (0.1, 0.5), False),
        (SQUARE, (0.0, 0.0), False),
        (HORSESHOE, (0.5, 0.9), False),
        (HORSESHOE, (0.15, 0.9), True),
    ],
)
def test_a_point_is_inside_or_not(
    polygon: np.ndarray[tuple[int, int], np.dtype[np.float64]],
    point: tuple[float, float],
    is_inside: bool,
) -> None:
    assert are_inside(edges_of(polygon), np.array([point])).tolist() == [is_inside]


@pytest.mark.parametrize(
    ("point", "stays"),
    [
        ((0.181, 0.5), True),
        ((0.179, 0.5), False),
        ((0.5, 0.819), True),
        ((0.5, 0.821), False),
        ((0.187, 0.187), True),
        ((0.185, 0.185), False),
    ],
)
def test_whoever_was_inside_is_so_up_to_two_hundredths_from_the_border(
    point: tuple[float, float],
    stays: bool,
) -> None:
    assert zone_map().locate(np.array([point]), [frozenset({"bay"})]) == [
        {"bay"} if stays else set()
    ]
    assert zone_map().locate(np.array([point]), [frozenset()]) == [set()]


def test_nobody_in_view_is_in_no_zone() -> None:
    assert zone_map().locate(np.empty((0, 2)), []) == []


def test_feet_at_the_lower_edge_of_the_picture_are_inside_a_zone_that_reaches_it() -> None:
    floor = ZoneMap((Zone(name="floor", polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1))),))
    points = ground_points(np.array([[100, 200, 160, 433]], np.float32), (768, 432))
    assert points[0, 1] == 1.0
    assert floor.locate(points, [frozenset()]) == [{"floor"}]


def test_jitter_at_the_border_does_not_flicker() -> None:
    zones, inside, seen = zone_map(), frozenset[str](), []
    for offset in (-0.015, 0.01, -0.01, 0.005, -0.015, -0.03, -0.01):
        inside = frozenset(zones.locate(np.array([[0.2 + offset, 0.5]]), [inside])[0])
        seen.append(bool(inside))
    assert seen == [False, True, True, True, True, False, False]


@given(st.floats(0, 1), st.floats(0, 1))
def test_moving_the_polygon_along_changes_nothing(x: float, y: float) -> None:
    near = np.abs(np.array([x, x, x, x, y, y, y]) - [0, 0.3, 0.7, 1, 0, 0.3, 1])
    assume(near.min() > 1e-9)
    point, shift = np.array([[x, y]]), np.array([0.37, -0.21])
    moved = are_inside(edges_of(HORSESHOE + shift), point + shift)
    assert moved == are_inside(edges_of(HORSESHOE), point)
