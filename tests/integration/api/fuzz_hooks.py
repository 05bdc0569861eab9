"""What a schema cannot say of a good request, told to schemathesis."""

import base64
import io
import itertools
import os
import re
from datetime import UTC, datetime
from typing import Any

import schemathesis
from hypothesis import strategies as st
from PIL import Image

CURSOR = "AEGIS_FUZZ_CURSOR"
"""Environment variable with a `next_cursor` of the system under test."""

RECORDS = "AEGIS_FUZZ_RECORDS"
"""Environment variable with how many records its journal has, at least."""

_SANE_KEY = re.compile(r"[!-~]{1,255}")
_numbers = itertools.count()


def _encode(mode: str, format_: str, size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, format_)
    return buffer.getvalue()


def _write(picture: bytes, prefix: str, *, is_padded: bool, is_wrapped: bool) -> str:
    text = base64.b64encode(picture).decode()
    if not is_padded:
        text = text.rstrip("=")
    if is_wrapped:
        text = "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))
    return prefix + text


_pictures = st.sampled_from(
    [
        _encode(mode, format_, size)
        for format_, modes in (("PNG", ("1", "L", "LA", "P", "RGB", "RGBA", "I;16")),
                               ("JPEG", ("L", "RGB", "CMYK")))
        for mode in modes
        for size in ((1, 1), (7, 3), (64, 48))
    ]
)  # fmt: skip

schemathesis.openapi.format(
    "base64-image",
    st.builds(
        _write,
        _pictures,
        st.sampled_from(["", "data:image/png;base64,", "data:;base64,"]),
        is_padded=st.booleans(),
        is_wrapped=st.booleans(),
    ),
)
_records = int(os.environ.get(RECORDS, "0"))
_cursor = os.environ.get(CURSOR, "")
schemathesis.openapi.format("cursor", st.just(_cursor))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:  # noqa: ARG001
    """Keys are used once, cursors, sizes and policies are real, a range ends after it begins."""
    mode = case.meta.generation.mode if case.meta else None
    if case.operation.label == "PUT /api/policies" and mode is not None and mode.is_positive:
        case.body = {"site": "name: Depot\n"}
    headers = case.headers or {}
    key = headers.get("Idempotency-Key")
    if isinstance(key, str) and _SANE_KEY.fullmatch(key):
        headers["Idempotency-Key"] = f"{next(_numbers)}-{os.getpid()}-{key}"[:255]
    if isinstance(case.body, dict):
        _mend_time(case.body)
        _mend_sql(case)
        _mend_simulation(case)
    query = case.query or {}
    _mend_cursor(query)
    if str(query.get("tree_size", "")).isdecimal() and int(query["tree_size"]) > 0:
        # The journal as it was before all that this run adds.
        query.pop("tree_size") if _records == 0 else query.update(tree_size=_records)
    start, end = (_read(query.get(name)) for name in ("from_date", "to_date"))
    if start and end and start > end:
        query["from_date"], query["to_date"] = query["to_date"], query["from_date"]


def _mend_time(body: dict[str, Any]) -> None:
    """The first and the last year of the calendar have no neighbours."""
    moment = _read(body.get("timestamp"))
    if moment and moment.year in {1, 9999}:
        body["timestamp"] = "2025" + body["timestamp"][4:]


def _is_good(case: Any) -> bool:
    return case.meta is None or case.meta.generation.mode.is_positive


def _mend_sql(case: Any) -> None:
    """A text is no question; one that breaks the schema stays as it is."""
    if _is_good(case) and isinstance(case.body.get("sql"), str):
        case.body["sql"] = "SELECT count(*) FROM incidents"


def _mend_simulation(case: Any) -> None:
    """A text is no rules, and days have an order; what breaks the schema stays as it is."""
    if _is_good(case) and case.operation.label == "POST /api/simulate":
        days = sorted(str(case.body.get(name)) for name in ("first_day", "last_day"))
        rules = {"policy": "version: 1\nrules: []\n"}
        case.body |= rules | dict(zip(("first_day", "last_day"), days, strict=True))


def _mend_cursor(query: dict[str, Any]) -> None:
    """A cursor comes from a page."""
    if isinstance(query.get("cursor"), str):
        del query["cursor"]
        if _cursor:
            query["cursor"] = _cursor


def _read(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(text).upper())
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)
