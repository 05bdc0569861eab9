"""`/openapi.json`: decision 31, it describes every route, error and example."""

import json
import re
from collections.abc import Iterator
from typing import Any, TypeVar

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel

from aegis.api.access import ROUTE_SCOPES
from aegis.api.schemas import ErrorEnvelope
from aegis.errors import AegisError
from tests.unit.api.api_double import ApiDouble

Operation = tuple[str, str, dict[str, Any]]
DOCUMENTS = {("GET", f"/{name}") for name in ("docs", "redoc", "openapi.json", "asyncapi.json")}


@pytest.fixture(scope="module")
def document() -> Iterator[dict[str, Any]]:
    with ApiDouble() as api:
        yield api.get("/openapi.json").json()


@pytest.fixture(scope="module")
def operations(document: dict[str, Any]) -> list[Operation]:
    return [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


Kind = TypeVar("Kind")


def _subclasses(model: type[Kind]) -> Iterator[type[Kind]]:
    for subclass in model.__subclasses__():
        yield subclass
        yield from _subclasses(subclass)


def test_decision_31_the_document_is_valid_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_decision_31_every_route_is_described(operations: list[Operation]) -> None:
    routes = {tuple(route.split(" ")) for route in ROUTE_SCOPES}
    http = {route for route in routes if route[0] != "WEBSOCKET"}
    assert {(method, path) for method, path, _ in operations} == http | DOCUMENTS


def test_decision_31_every_operation_has_words_and_an_id_of_its_own(
    operations: list[Operation],
) -> None:
    for method, path, operation in operations:
        assert operation["summary"], f"{method} {path} lacks a summary"
        assert operation["description"], f"{method} {path} lacks a docstring"
        assert len(operation["tags"]) == 1
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))


def test_decision_31_every_json_answer_has_an_example(operations: list[Operation]) -> None:
    bare = [
        f"{method} {path} {status}"
        for method, path, operation in operations
        for status, answer in operation["responses"].items()
        if (content := answer.get("content", {}).get("application/json"))
        and (method, path) not in DOCUMENTS | {("GET", "/openapi.json")}
        and not {"example", "examples"} & content.keys()
    ]
    assert bare == [], "give the answer's model an example in aegis/api/examples.py"


def test_decision_31_every_body_has_an_example(operations: list[Operation]) -> None:
    for method, path, operation in operations:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            assert content.get("example") or content["examples"], f"{method} {path}"


def test_decision_31_every_parameter_has_words_or_an_example(
    operations: list[Operation],
) -> None:
    for method, path, operation in operations:
        for parameter in operation["parameters"]:
            told = {"$ref", "description", "example", "examples"} & parameter.keys()
            told |= {"examples", "description"} & parameter.get("schema", {}).keys()
            assert told, f"{method} {path} {parameter['name']}"


def test_decision_31_examples_are_what_the_models_accept(
    document: dict[str, Any], operations: list[Operation]
) -> None:
    models = {model.__name__: model for model in _subclasses(BaseModel)}
    checked = 0
    for _, _, operation in operations:
        described = [operation["requestBody"]] if "requestBody" in operation else []
        for answer in (*described, *operation["responses"].values()):
            content = answer.get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            values = [it["value"] for it in content.get("examples", {}).values()]
            for value in [*values, *([content["example"]] if "example" in content else [])]:
                models[name].model_validate_json(json.dumps(value))
                checked += 1
    assert checked >= 90
    assert document["components"]["schemas"].keys() >= {"AnalyzeRequest", "ErrorEnvelope"}


def test_decision_31_references_resolve(document: dict[str, Any]) -> None:
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert names <= set(document["components"]["schemas"])
    assert "HTTPValidationError" not in names


def test_decision_31_every_error_of_a_route_is_the_envelope_with_its_code(
    operations: list[Operation],
) -> None:
    kinds: list[type[AegisError]] = [AegisError, *_subclasses(AegisError)]
    statuses = {kind.code: kind.status for kind in kinds}
    for method, path, operation in operations:
        for status, answer in operation["responses"].items():
            if status.startswith("2") or (status == "503" and path.endswith("/health")):
                continue
            content = answer["content"]["application/json"]
            assert content["schema"]["$ref"].endswith("/ErrorEnvelope"), f"{method} {path}"
            for code, example in content["examples"].items():
                assert ErrorEnvelope.model_validate(example["value"]).error.code == code
                assert statuses[code] == int(status)


def test_decision_31_analyze_names_all_its_errors(document: dict[str, Any]) -> None:
    analyze = document["paths"]["/api/analyze"]["post"]["responses"]
    assert set(analyze) == {
        "200", "400", "401", "403", "408", "413", "422", "429", "500", "503",
    }  # fmt: skip
    assert set(analyze["500"]["content"]["application/json"]["examples"]) == {
        "ANALYSIS_FAILED",
        "INTERNAL_ERROR",
    }


def test_decision_31_headers_are_described(operations: list[Operation]) -> None:
    for _, path, operation in operations:
        for status, answer in operation["responses"].items():
            headers = set(answer["headers"])
            assert "X-Request-ID" in headers
            if path.startswith("/api/"):
                assert {f"X-RateLimit-{it}" for it in ("Limit", "Remaining", "Reset")} <= headers
            assert ("Retry-After" in headers) == (status in {"429", "503"})


@pytest.mark.parametrize(("key", "optional"), [(None, [{}]), ("correct-horse", [])])
def test_decision_31_each_operation_names_the_scope_that_its_key_needs(
    key: str | None, optional: list[dict[str, Any]]
) -> None:
    with ApiDouble(api_key=key) as api:
        paths = api.get("/openapi.json").json()["paths"]
    assert paths["/api/analyze"]["post"]["security"] == [{"ApiKey": ["analyze"]}, *optional]
    assert paths["/health"]["get"]["security"] == []
    assert "401" not in paths["/health"]["get"]["responses"]
