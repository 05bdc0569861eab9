"""Which polygons enclose something."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aegis.domain.polygon import Point, check_polygon


def test_a_plain_outline_is_taken_as_it_is() -> None:
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    assert check_polygon(square) == square


@pytest.mark.parametrize(
    ("corners", "says"),
    [
        (((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)), "corner 1 crosses the edge"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), "enclose nothing"),
        (((0.1, 0.1),) * 3, "enclose nothing"),
    ],
)
def test_an_outline_that_encloses_nothing_sensible_is_refused(
    corners: tuple[Point, ...], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        check_polygon(corners)


@settings(max_examples=30)
@given(st.integers(3, 100), st.floats(0, 6.3), st.lists(st.floats(0.1, 0.5), min_size=100))
def test_a_star_around_a_point_never_crosses_itself(
    count: int, turn: float, radii: list[float]
) -> None:
    angles = [turn + number * 2 * math.pi / count for number in range(count)]
    corners = tuple(
        (0.5 + radius * math.cos(angle), 0.5 + radius * math.sin(angle))
        for angle, radius in zip(angles, radii, strict=False)
    )
    assert check_polygon(corners) == corners
