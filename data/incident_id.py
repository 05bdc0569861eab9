"""The names of incidents: `incident_` and a number that only grows."""

import re

_PATTERN = re.compile(r"incident_([1-9][0-9]{0,17})")


def make_incident_id(number: int) -> str:
    """The id of the incident with this number."""
    return f"incident_{number}"


def incident_number(incident_id: str) -> int | None:
    """The number in an id; None when it is not an id."""
    match = _PATTERN.fullmatch(incident_id)
    return int(match[1]) if match else None
