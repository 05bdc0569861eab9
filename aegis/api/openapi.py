"""The parts of the OpenAPI document that the framework cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aegis.api.requests import AnalyzeRequest, ExecuteRequest, StatusRequest
from aegis.api.schemas import (
    ActionAnswer,
    AgentsAnswer,
    Alive,
    AnalyzeResponse,
    CleanupAnswer,
    ErrorEnvelope,
    IncidentAnswer,
    IncidentList,
    ServiceDescription,
    StatusAnswer,
)
from aegis.domain.statistics import HealthReport, SystemStatistics
from aegis.errors import AegisError, Forbidden, InvalidApiKey, RateLimitExceeded, ValidationFailed

IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the same answer; another body under it is 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
_BODIES: tuple[type[BaseModel], ...] = (AnalyzeRequest, StatusRequest, ExecuteRequest)
_ANSWERS: tuple[type[BaseModel], ...] = (
    ActionAnswer,
    AgentsAnswer,
    Alive,
    AnalyzeResponse,
    CleanupAnswer,
    ErrorEnvelope,
    HealthReport,
    IncidentAnswer,
    IncidentList,
    ServiceDescription,
    StatusAnswer,
    SystemStatistics,
)
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
    given = model.model_config.get("json_schema_extra")
    values = given.get("examples", []) if isinstance(given, dict) else []
    examples = {
        f"example_{number}": {"value": value}
        for number, value in enumerate(values if isinstance(values, list) else [], 1)
    }
    return {"requestBody": {"required": True, "content": _content(model, {"examples": examples})}}


def answer_of(
    model: type[BaseModel], description: str = "Request successful", status: int = 200
) -> dict[int | str, dict[str, Any]]:
    """A route's good answer; the model is described once, under the components."""
    return {status: {"description": description, "content": _content(model)}}


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
    schemas.update(_schemas())
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
        answers["422"] = _problem(ValidationFailed)
    for kind in _everywhere(path):
        answers.setdefault(str(kind.status), _problem(kind))
    if path not in _OPEN:
        # A system without a key lets everybody in.
        operation["security"] = [{"ApiKey": []}, {}]
    for answer in answers.values():
        answer.setdefault("headers", {}).update(_headers_of(path))


def _everywhere(path: str) -> list[type[AegisError]]:
    """What any route may answer."""
    kinds: list[type[AegisError]] = [AegisError]
    if path not in _OPEN:
        kinds += [InvalidApiKey, Forbidden]
    if path.startswith("/api/"):
        kinds.append(RateLimitExceeded)
    return kinds


def _problem(kind: type[AegisError]) -> dict[str, Any]:
    sentence = (kind.__doc__ or "").strip()
    example = {
        "error": {"code": kind.code, "message": sentence, "details": {}},
        "timestamp": "2025-01-19T10:30:00Z",
        "request_id": "req_abc123",
    }
    return {"description": sentence, "content": _content(ErrorEnvelope, {"example": example})}


def _content(model: type[BaseModel], more: dict[str, Any] | None = None) -> dict[str, Any]:
    reference = {"$ref": _REFERENCE.format(model=model.__name__)}
    return {"application/json": {"schema": reference, **(more or {})}}


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


def _schemas() -> dict[str, Any]:
    _, document = models_json_schema(
        [
            *((model, "validation") for model in _BODIES),
            *((model, "serialization") for model in _ANSWERS),
        ],
        ref_template=_REFERENCE,
    )
    return dict(document["$defs"])
