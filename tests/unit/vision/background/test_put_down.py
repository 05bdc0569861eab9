"""What can be luggage that a person put down."""

import pytest

from aegis.vision.background.put_down import Box, is_luggage

PERSON: Box = (40.0, 20.0, 52.0, 56.0)


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((54, 50, 60, 56), True),
        ((54, 54, 57, 55), True),
        ((54, 53, 62, 55), True),
        ((54, 54, 70, 56), False),
        ((54, 40, 56, 56), False),
        ((54, 54, 55, 55), False),
        ((54, 26, 84, 56), False),
        ((54, 20, 60, 26), False),
    ],
    ids=[
        "a bag",
        "a parcel of three pixels by one",
        "a long bag",
        "the edge of a shadow",
        "the edge of a door",
        "a speck",
        "larger than a person carries",
        "higher than a hand",
    ],
)
def test_luggage_is_stout_low_and_of_a_size_to_be_carried(box: Box, *, expected: bool) -> None:
    assert is_luggage(box, PERSON) is expected
