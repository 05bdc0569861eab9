"""JSON from outside: read strictly, with bounds on what is free in form."""

import math
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import from_json

from aegis.api.problems import validation_failed
from aegis.errors import ValidationFailed

_MAX_DEPTH = 8
_MAX_VALUES = 1_000
_MAX_CHARACTERS = 16_384
_MAX_INTEGER = 2**63 - 1

Model = TypeVar("Model", bound=BaseModel)


def parse_body(model: type[Model], body: bytes) -> Model:
    """The body as this model; raises ValidationFailed.

    Whatever the content type says. NaN, infinities and lone surrogates are no JSON.
    """
    try:
        value = from_json(body, allow_inf_nan=False, cache_strings=False)
    except ValueError as error:
        raise ValidationFailed(
            "The body is not valid JSON",
            {"field": "body", "received_type": "bytes", "expected_format": "JSON object"},
        ) from error
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise validation_failed(error.errors(include_url=False)) from error


def check_bounds(value: dict[str, Any]) -> dict[str, Any]:
    """Raises ValueError for what is too deep, too much, or a number or text that few can keep."""
    values = characters = 0
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        values += 1
        characters += _characters(item)
        if depth > _MAX_DEPTH:
            raise ValueError(f"should be nested at most {_MAX_DEPTH} deep")
        if values > _MAX_VALUES or characters > _MAX_CHARACTERS:
            raise ValueError(
                f"should hold at most {_MAX_VALUES} values and {_MAX_CHARACTERS} characters"
            )
        pending.extend((part, depth + 1) for part in _parts(item))
    return value


def check_text(text: str) -> str:
    """Raises ValueError for NUL, which databases and terminals stumble over."""
    if "\0" in text:
        raise ValueError("should not contain NUL")
    return text


BoundedObject = Annotated[dict[str, Any], AfterValidator(check_bounds)]
"""A free JSON object of bounded depth and size."""

PlainText = Annotated[str, AfterValidator(check_text)]
"""Text without NUL."""


def _parts(item: object) -> list[object]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []


def _characters(item: object) -> int:
    if isinstance(item, float) and not math.isfinite(item):
        raise ValueError("should hold finite numbers only")
    if isinstance(item, int) and abs(item) > _MAX_INTEGER:
        raise ValueError("should hold integers of 64 bits at most")
    return len(check_text(item)) if isinstance(item, str) else 0
