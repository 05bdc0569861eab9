"""The quick roundings give what the slow ones give."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegis.vision.tracking.rounding import elapsed_s, to_hundredths, to_share, to_thousandths

NUMBERS = st.floats(-1e6, 1e6)


@given(NUMBERS)
def test_rounded_is_the_nearest_of_its_decimals(value: float) -> None:
    for rounded, digits in ((to_hundredths(value), 2), (to_thousandths(value), 3)):
        assert rounded == round(rounded, digits)
        assert abs(rounded - value) <= 0.5 * 10**-digits + 1e-9


@given(st.integers(-(10**9), 10**9))
def test_what_is_rounded_stays_as_it_is(thousandths: int) -> None:
    assert to_thousandths(round(thousandths / 1000, 3)) == round(thousandths / 1000, 3)
    assert to_hundredths(round(thousandths / 100, 2)) == round(thousandths / 100, 2)


@pytest.mark.parametrize(
    ("value", "share"),
    [(0.12344, 0.1234), (0.12346, 0.1235), (-0.1, 0.0), (1.2, 1.0), (math.nan, 0.0)],
)
def test_a_share_is_within_0_and_1(value: float, share: float) -> None:
    assert to_share(value) == share


def test_what_has_not_come_yet_is_no_time_ago() -> None:
    assert elapsed_s(2.0, 1.0) == 0.0
    assert elapsed_s(1.0, 2.2506) == 1.251
