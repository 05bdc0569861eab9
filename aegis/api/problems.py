"""What pydantic found wrong, without repeating what the caller sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from aegis.errors import ValidationFailed

_MOST = 20
_PLACES = frozenset({"query", "path", "header", "body"})
_JSON_TYPES: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (float, "number"),
    (str, "string"),
    (list, "array"),
    (dict, "object"),
)


def validation_failed(problems: Sequence[Mapping[str, Any]]) -> ValidationFailed:
    """One error for all fields: the first in the details, all of them under `errors`."""
    found = [_describe(problem) for problem in problems[:_MOST]]
    first = found[0]
    return ValidationFailed(
        f"{first['field']}: {first['expected_format']}", first | {"errors": found}
    )


def _describe(problem: Mapping[str, Any]) -> dict[str, str]:
    place = [part[:100] for part in problem["loc"] if isinstance(part, str)]
    if place and place[0] in _PLACES:
        place = place[1:]
    is_missing = problem["type"] == "missing"
    return {
        "field": ".".join(place) or "body",
        "received_type": "missing" if is_missing else _json_type(problem.get("input")),
        "expected_format": str(problem["msg"]).removeprefix("Value error, "),
    }


def _json_type(value: object) -> str:
    return next((name for kind, name in _JSON_TYPES if isinstance(value, kind)), "null")
