"""JSON from outside: read strictly, with bounds on what is free in form."""

import math
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    Field,
    GetJsonSchemaHandler,
    JsonValue,
    TypeAdapter,
    ValidationError,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, from_json
from typing_extensions import TypeAliasType

from aegis.api.problems import validation_failed
from aegis.errors import ValidationFailed

_MAX_DEPTH = 32
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


_NO_NUL: dict[str, JsonValue] = {"pattern": r"^[^\u0000]*$"}
PLAIN_NAMES: dict[str, JsonValue] = {"propertyNames": _NO_NUL}
"""Describes an object whose names are without NUL."""

PlainText = Annotated[str, AfterValidator(check_text), Field(json_schema_extra=_NO_NUL)]
"""Text without NUL."""

FreeJson = TypeAliasType(
    "FreeJson",
    "bool | _BoundedInteger | _BoundedNumber | PlainText | list[FreeJson] | _FreeObject | None",
)
"""How a value that is free in form is described; `check_bounds` is what checks it."""

_BoundedInteger = Annotated[int, Field(ge=-_MAX_INTEGER, le=_MAX_INTEGER)]
_BoundedNumber = Annotated[float, Field(ge=-_MAX_INTEGER, le=_MAX_INTEGER)]
_FreeObject = Annotated[dict[str, FreeJson], Field(json_schema_extra=PLAIN_NAMES)]


class _DescribedAs:
    """Any value to validation, this type to the schema: one message instead of one a branch."""

    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def __get_pydantic_json_schema__(
        self, _: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The schema of what is shown."""
        return handler(TypeAdapter(self._shown).core_schema)


FreeValue = Annotated[Any, _DescribedAs(FreeJson)]
"""A value that whoever holds it checks by `check_bounds`."""

BoundedObject = Annotated[
    dict[str, Any],
    AfterValidator(check_bounds),
    _DescribedAs(_FreeObject),
    Field(
        description=f"At most {_MAX_DEPTH} deep, {_MAX_VALUES} values and {_MAX_CHARACTERS} "
        "characters"
    ),
]
"""A free JSON object of bounded depth and size."""


def _parts(item: object) -> list[object]:
    if isinstance(item, dict):
        return [*item.keys(), *item.values()]
    return item if isinstance(item, list) else []


def _characters(item: object) -> int:
    if isinstance(item, float) and not math.isfinite(item):
        raise ValueError("should hold finite numbers only")
    if isinstance(item, int | float) and abs(item) > _MAX_INTEGER:
        raise ValueError("should hold numbers of 63 bits at most")
    return len(check_text(item)) if isinstance(item, str) else 0
