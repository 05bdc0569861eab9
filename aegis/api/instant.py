"""ISO 8601 as people and programs write it."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from types import MappingProxyType
from typing import Any

from aegis.domain.value import to_utc

SCHEMA: Mapping[str, Any] = MappingProxyType(
    {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}
)
"""What is described of it; further forms of ISO 8601 are read as well."""

_DATE = re.compile(r"\d{4}-?\d{2}-?\d{2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_OFFSET_AFTER_SPACE = re.compile(r"(.*[T ].*\d) (\d{2}:?\d{2})", re.ASCII)


def parse_instant(text: str) -> datetime:
    """The instant, in UTC; without a zone it is UTC already. Raises ValueError.

    A `+` that a query string turned into a space is read as the `+` it was.
    """
    spaced = _OFFSET_AFTER_SPACE.fullmatch(text)
    iso = f"{spaced[1]}+{spaced[2]}" if spaced else text
    try:
        return to_utc(datetime.fromisoformat(iso.upper()))
    except (ValueError, OverflowError) as error:
        raise ValueError("not an ISO 8601 date and time, such as 2025-01-19T10:30:00Z") from error


def parse_day(value: object) -> date:
    """A day of the calendar, written as 2025-01-19 and in no other way. Raises ValueError."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("not a day, such as 2025-01-19")


def parse_end(text: str) -> datetime:
    """The same, but a bare date means the end of that day, since the end of a range is included."""
    if _DATE.fullmatch(text):
        return datetime.combine(parse_instant(text), time.max, UTC)
    return parse_instant(text)
