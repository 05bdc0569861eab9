"""The parts of the OpenAPI document that the framework cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aegis.api.requests import AnalyzeRequest, ExecuteRequest, StatusRequest
from aegis.api.schemas import ErrorEnvelope
from aegis.errors import AegisError, InvalidApiKey, RateLimitExceeded, ValidationFailed

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the same answer; another body under it is 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_REFERENCE = "#/components/schemas/{model}"
_OPEN = frozenset({"/", "/health", "/livez"})
_SUMMARY = "Autonomous Security & Incident Response Agent"
_LIMIT_HEADERS = {
    "X-RateLimit-Limit": "Requests allowed in a minute",
    "X-RateLimit-Remaining": "Requests left in this minute",
    "X-RateLimit-Reset": "When the minute ends, epoch seconds",
}


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """The request body of a route that reads its JSON itself, with the model's examples."""
    schema = {"$ref": _REFERENCE.format(model=model.__name__)}
    given = model.model_config.get("json_schema_extra")
    values = given.get("examples", []) if isinstance(given, dict) else []
    examples = {
        f"example_{number}": {"value": value}
        for number, value in enumerate(values if isinstance(values, list) else [], 1)
    }
    content = {"application/json": {"schema": schema, "examples": examples}}
    return {"requestBody": {"required": True, "content": content}}


def problems(*kinds: type[AegisError]) -> dict[int | str, dict[str, Any]]:
    """The error answers of a route, one for each kind."""
    return {kind.status: _problem(kind) for kind in kinds}


def describe_api(app: FastAPI) -> dict[str, Any]:
    """The whole document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=_SUMMARY,
            description=app.description,
            routes=app.routes,
        )
        _complete(document)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(document: dict[str, Any]) -> None:
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    schemas.update(_request_schemas())
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    parts["securitySchemes"] = {"ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    for path, methods in document["paths"].items():
        for operation in methods.values():
            _complete_operation(path, operation)


def _complete_operation(path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    if "HTTPValidationError" in str(answers.get("422")):
        # The framework's own, which this service never gives.
        answers["422"] = _referring_problem(ValidationFailed)
    for kind in _everywhere(path):
        answers.setdefault(str(kind.status), _referring_problem(kind))
    if path not in _OPEN:
        # A system without a key lets everybody in.
        operation["security"] = [{"ApiKey": []}, {}]
    for answer in answers.values():
        answer.setdefault("headers", {}).update(_headers_of(path))


def _everywhere(path: str) -> list[type[AegisError]]:
    """What any route may answer."""
    kinds: list[type[AegisError]] = [AegisError]
    if path not in _OPEN:
        kinds.append(InvalidApiKey)
    if path.startswith("/api/"):
        kinds.append(RateLimitExceeded)
    return kinds


def _referring_problem(kind: type[AegisError]) -> dict[str, Any]:
    problem = _problem(kind)
    reference = _REFERENCE.format(model=problem.pop("model").__name__)
    problem["content"]["application/json"]["schema"] = {"$ref": reference}
    return problem


def _problem(kind: type[AegisError]) -> dict[str, Any]:
    sentence = (kind.__doc__ or "").strip()
    example = {
        "error": {"code": kind.code, "message": sentence, "details": {}},
        "timestamp": "2025-01-19T10:30:00Z",
        "request_id": "req_abc123",
    }
    return {
        "model": ErrorEnvelope,
        "description": sentence,
        "content": {"application/json": {"example": example}},
    }


def _headers_of(path: str) -> dict[str, Any]:
    told = {
        "X-Request-ID": {
            "description": "Finds the request in the log",
            "schema": {"type": "string"},
        }
    }
    if path.startswith("/api/"):
        told |= {
            name: {"description": meaning, "schema": {"type": "integer"}}
            for name, meaning in _LIMIT_HEADERS.items()
        }
    return told


def _request_schemas() -> dict[str, Any]:
    bodies = (AnalyzeRequest, StatusRequest, ExecuteRequest)
    _, document = models_json_schema(
        [(body, "validation") for body in bodies], ref_template=_REFERENCE
    )
    return dict(document["$defs"])
