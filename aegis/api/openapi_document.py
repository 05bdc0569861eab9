"""The OpenAPI document: what the routes say, and what is true of all of them."""

import re
from collections.abc import Iterator
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from aegis.api.access import ROUTE_SCOPES
from aegis.api.examples import ANSWERS
from aegis.api.openapi import REFERENCE, own_examples, problem
from aegis.api.requests import RequestBody
from aegis.api.schemas import Answer, ErrorEnvelope
from aegis.domain.api_key import KeyScope
from aegis.domain.value import Value
from aegis.errors import (
    AegisError,
    Forbidden,
    InvalidApiKey,
    PayloadTooLarge,
    RateLimitExceeded,
    RequestTimeout,
    ServiceUnavailable,
    ValidationFailed,
)

_SUMMARY = "Autonomous Security & Incident Response Agent"
_TAGS = {
    "Analysis": "Frames in, judgements out.",
    "Incidents": "What happened: find it, read it, decide about it, forget it.",
    "Proof": "Hold it, take it along, show that it was not touched.",
    "Policies": "What judges, since when, and what shall.",
    "Actions": "Do something about an incident.",
    "Statistics": "Figures of incidents and agents.",
    "Service": "What answers here, and how it fares.",
    "Documents": "This contract, for people and for programs.",
}
_REFERENCE = re.compile(re.escape(REFERENCE.format(model="")) + r"(\w+)")
_REQUEST_ID = {
    "name": "X-Request-ID",
    "in": "header",
    "description": "Your own id of the request: 1 to 128 of letters, digits and `._:-`. It comes "
    "back in the answer and stands in the log; anything else is replaced by a new one.",
    "schema": {"type": "string"},
    "example": "req_abc123",
}
_LIMIT_HEADERS = {
    "X-RateLimit-Limit": ("Requests allowed in a minute", 100),
    "X-RateLimit-Remaining": ("Requests left in this minute", 95),
    "X-RateLimit-Reset": ("When the minute ends, epoch seconds", 1705658400),
}


def describe_api(app: FastAPI, *, demands_key: bool) -> dict[str, Any]:
    """The whole document, made once.

    demands_key: whether this system refuses callers without a key.
    """
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            openapi_version="3.1.0",
            summary=_SUMMARY,
            description=app.description,
            routes=app.routes,
            tags=[{"name": name, "description": text} for name, text in _TAGS.items()],
            servers=[{"url": "/", "description": "Where this document came from"}],
            license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        )
        _complete(document, demands_key=demands_key)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(document: dict[str, Any], *, demands_key: bool) -> None:
    parts = document.setdefault("components", {})
    parts["securitySchemes"] = {
        "ApiKey": {
            "type": "apiKey",
            "in": "header",
            "name": "X-API-Key",
            "description": "A key of this system with the scope that the operation names. Where "
            "no key is demanded, callers without one may do everything, within the limits of an "
            "address.",
        }
    }
    parts["parameters"] = {"RequestId": _REQUEST_ID}
    for path, method, operation in _operations(document):
        _complete_operation(path, method, operation, demands_key=demands_key)
    models = _models_named_in(document)
    for _, _, operation in _operations(document):
        _show_examples(operation, models)
    parts["schemas"] = _schemas(document, models)


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _complete_operation(
    path: str, method: str, operation: dict[str, Any], *, demands_key: bool
) -> None:
    answers = operation["responses"]
    scope = ROUTE_SCOPES.get(f"{method.upper()} {path}")
    if "HTTPValidationError" in str(answers.get("422")):
        # The framework's own, which this service never gives.
        answers["422"] = problem(ValidationFailed)
    for kind in _everywhere(path, scope, has_body="requestBody" in operation):
        _add_problem(answers, kind)
    for parameter in operation.get("parameters", ()):
        _forget_null(parameter)
    operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/RequestId"})
    operation["security"] = _security_of(scope, demands_key=demands_key)
    for status, answer in answers.items():
        answer.setdefault("headers", {}).update(_headers_of(path, operation, status))
    operation["responses"] = dict(sorted(answers.items()))


def _add_problem(answers: dict[str, Any], kind: type[AegisError]) -> None:
    """One more reason for a status, or a status more."""
    told = answers.setdefault(str(kind.status), problem(kind))
    content = told["content"]["application/json"]
    if content["schema"]["$ref"].endswith(f"/{ErrorEnvelope.__name__}"):
        content["examples"] |= problem(kind)["content"]["application/json"]["examples"]


def _security_of(scope: KeyScope | None, *, demands_key: bool) -> list[dict[str, list[str]]]:
    """The scope as the role that the key must have."""
    if scope is None:
        return []
    needed = {"ApiKey": [scope.value]}
    return [needed] if demands_key else [needed, {}]


def _everywhere(path: str, scope: KeyScope | None, *, has_body: bool) -> list[type[AegisError]]:
    """What any route may answer."""
    kinds: list[type[AegisError]] = [AegisError, ServiceUnavailable]
    if scope is not None:
        kinds += [InvalidApiKey, Forbidden]
    if path.startswith("/api/"):
        kinds.append(RateLimitExceeded)
    if has_body:
        kinds += [RequestTimeout, PayloadTooLarge]
    return kinds


def _forget_null(parameter: dict[str, Any]) -> None:
    """Optional is a parameter that is not there: a query cannot say null."""
    schema = parameter.get("schema", {})
    kept = [it for it in schema.get("anyOf", ()) if it != {"type": "null"}]
    if len(kept) == 1:
        del schema["anyOf"]
        schema.update(kept[0] | schema)
    elif kept:
        schema["anyOf"] = kept


def _headers_of(path: str, operation: dict[str, Any], status: str) -> dict[str, Any]:
    told = {"X-Request-ID": _header("Finds the request in the log", "string", "req_abc123")}
    if path.startswith("/api/"):
        for name, (meaning, example) in _LIMIT_HEADERS.items():
            told[name] = _header(meaning, "integer", example)
            # Nobody is counted whose key nobody could look at.
            told[name]["required"] = status not in {"401", "500", "503"}
    if status in {"429", "503"}:
        told["Retry-After"] = _header("Seconds after which to try again", "integer", 7)
        told["Retry-After"]["required"] = path not in {"/health", "/api/health"}
    if status == "200" and _takes_idempotency_key(operation):
        replayed = _header("`true` when the answer was given before", "string", "true")
        told["Idempotency-Replayed"] = replayed | {"required": False}
    return told


def _takes_idempotency_key(operation: dict[str, Any]) -> bool:
    return any(it.get("name") == "Idempotency-Key" for it in operation["parameters"])


def _header(meaning: str, kind: str, example: object) -> dict[str, Any]:
    return {"description": meaning, "required": True, "schema": {"type": kind}, "example": example}


def _show_examples(operation: dict[str, Any], models: dict[str, type[BaseModel]]) -> None:
    """Set last, because the framework drops what is null in them."""
    for answer in operation["responses"].values():
        content = answer.get("content", {}).get("application/json", {})
        name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
        if name in models and not {"example", "examples"} & content.keys():
            shown = ANSWERS.get(name) or next(iter(own_examples(models[name])), None)
            if shown is not None:
                content["example"] = shown


def _schemas(document: dict[str, Any], models: dict[str, type[BaseModel]]) -> dict[str, Any]:
    """The models, the models these refer to, and what the framework itself described."""
    modes: list[tuple[type[BaseModel], Literal["validation", "serialization"]]] = [
        (model, "validation" if issubclass(model, RequestBody) else "serialization")
        for model in models.values()
    ]
    _, described = models_json_schema(modes, ref_template=REFERENCE)
    named = _names_in(document)
    others = document["components"].get("schemas", {}).items()
    return {name: it for name, it in others if name in named} | dict(described["$defs"])


def _models_named_in(document: dict[str, Any]) -> dict[str, type[BaseModel]]:
    named = _names_in(document)
    return {it.__name__: it for it in _models() if it.__name__ in named}


def _names_in(document: dict[str, Any]) -> set[str]:
    return set(_REFERENCE.findall(str(document["paths"])))


def _models() -> Iterator[type[BaseModel]]:
    """What routes read and answer: all models of the three families."""
    waiting: list[type[BaseModel]] = [RequestBody, Answer, Value]
    while waiting:
        model = waiting.pop()
        yield model
        waiting.extend(it for it in model.__subclasses__() if it.__module__.startswith("aegis."))
