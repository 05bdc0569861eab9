"""The names of incidents."""

import pytest

from data.incident_id import incident_number, make_incident_id


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("incident_1", 1),
        ("incident_123", 123),
        ("incident_999999999999999999", 999999999999999999),
        ("", None),
        ("incident_", None),
        ("incident_0", None),
        ("incident_01", None),
        ("incident_-1", None),
        ("incident_1 ", None),
        ("incident_1\n", None),
        ("incident_١", None),
        ("Incident_1", None),
        ("incident_1000000000000000000", None),
    ],
)
def test_only_what_we_give_is_an_id(text: str, number: int | None) -> None:
    assert incident_number(text) == number
    if number is not None:
        assert make_incident_id(number) == text
