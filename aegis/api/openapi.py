"""What a route says of itself: its body, its answers, its errors."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from aegis.api.examples import ERRORS
from aegis.api.schemas import ErrorEnvelope
from aegis.errors import AegisError

REFERENCE = "#/components/schemas/{model}"
"""Where a model is described; `openapi_document` finds the model by its name."""

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "1 to 255 visible ASCII characters. The same key and body give the same "
    "answer, marked by `Idempotency-Replayed`; another body under it is 422.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    "example": "5f0c8a2e-1f5b-4f7b-9d39-7d0c7a3e9b11",
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The request body of a route that reads its JSON itself, with the model's examples."""
    examples = {
        f"example_{number}": {"value": value} for number, value in enumerate(own_examples(model), 1)
    }
    return {"requestBody": {"required": True, "content": _content(model, {"examples": examples})}}


def answer_of(
    model: type[BaseModel],
    description: str = "Request successful",
    status: int = 200,
    example: object = None,
) -> dict[int | str, dict[str, Any]]:
    """A route's good answer; the model is described once, under the components.

    example: by default that of `examples.ANSWERS`, or else the model's own.
    """
    more = {} if example is None else {"example": example}
    return {status: {"description": description, "content": _content(model, more)}}


def problems(*kinds: type[AegisError]) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route: one for each status, with an example for each code."""
    return {
        status: problem(*(kind for kind in kinds if kind.status == status))
        for status in dict.fromkeys(kind.status for kind in kinds)
    }


def problem(*kinds: type[AegisError]) -> dict[str, Any]:
    """An error answer of these kinds, all of one status."""
    sentences = " ".join(dict.fromkeys((kind.__doc__ or "").strip() for kind in kinds))
    examples = {
        kind.code: {"summary": (kind.__doc__ or "").strip(), "value": example_of(kind)}
        for kind in kinds
    }
    return {"description": sentences, "content": _content(ErrorEnvelope, {"examples": examples})}


def example_of(kind: type[AegisError]) -> dict[str, Any]:
    """The envelope as a caller sees it."""
    message, details = ERRORS.get(kind.code, ((kind.__doc__ or "").strip(), {}))
    return {
        "error": {"code": kind.code, "message": message, "details": details},
        "timestamp": "2025-01-19T10:30:00Z",
        "request_id": "req_abc123",
    }


def own_examples(model: type[BaseModel]) -> Iterable[Any]:
    """What the model itself shows."""
    given = model.model_config.get("json_schema_extra")
    values = given.get("examples") if isinstance(given, dict) else None
    return values if isinstance(values, list) else []


def _content(model: type[BaseModel], more: dict[str, Any]) -> dict[str, Any]:
    return {
        "application/json": {"schema": {"$ref": REFERENCE.format(model=model.__name__)}, **more}
    }
