"""A place in the list."""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegis.errors import ValidationFailed
from data.page_cursor import PageCursor


@given(st.datetimes(timezones=st.just(UTC)), st.integers(min_value=0, max_value=10**18 - 1))
def test_a_cursor_reads_what_it_wrote(moment: datetime, number: int) -> None:
    cursor = PageCursor(moment, number)
    assert PageCursor.parse(str(cursor)) == cursor


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "äöü",
        "====",
        "a" * 10_000,
        encoded(None),
        encoded([]),
        encoded(["2026-03-04T12:00:00", 3]),
        encoded(["2026-03-04T12:00:00+00:00", "3"]),
        encoded(["2026-03-04T12:00:00+00:00", 10**30]),
        encoded(["2026-03-04T12:00:00+00:00", -1]),
        encoded(["9999-12-31T23:59:59-23:00", 1]),
        encoded({"a": 1, "b": 2}),
        encoded(["2026-03-04T12:00:00+00:00", 3]) + "\n",
    ],
)
def test_what_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValidationFailed):
        PageCursor.parse(text)


@given(st.text())
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with suppress(ValidationFailed):
        assert str(PageCursor.parse(text)) == text
