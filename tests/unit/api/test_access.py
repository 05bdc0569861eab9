"""Every route has a scope, and the table has no route that is not there."""

import pytest
from fastapi import APIRouter, FastAPI

from aegis.api.access import ROUTE_SCOPES, AccessMap
from aegis.api.app import create_app
from aegis.domain.api_key import KeyScope
from aegis.errors import ConfigurationError
from aegis.testing.doubles import in_memory_runtime
from tests.unit.api.api_double import make_settings


@pytest.fixture(scope="module")
def access() -> AccessMap:
    found: list[AccessMap] = []

    class Noted(AccessMap):
        def __init__(self) -> None:
            super().__init__()
            found.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aegis.api.auth.AccessMap", Noted)
        create_app(in_memory_runtime(), make_settings())
    return found[0]


def test_decision_24_every_route_has_a_scope_and_every_scope_a_route(access: AccessMap) -> None:
    routed = {f"{method} {route.path}" for route, method in access._routes}
    assert routed == set(ROUTE_SCOPES)


def test_a_route_without_a_scope_stops_the_application() -> None:
    router = APIRouter()
    router.add_api_route("/api/forgotten", lambda: None, methods=["POST"])
    with pytest.raises(ConfigurationError, match="POST /api/forgotten has no scope"):
        AccessMap().add(router)


def test_a_mount_cannot_slip_in() -> None:
    router = APIRouter()
    router.mount("/api/hidden", FastAPI())
    with pytest.raises(ConfigurationError, match="no plain route"):
        AccessMap().add(router)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "/api/incidents", KeyScope.READ),
        ("GET", "/api/incidents/cleanup", KeyScope.READ),
        ("DELETE", "/api/incidents/cleanup", KeyScope.ADMIN),
        ("POST", "/api/incidents/incident_1/status", KeyScope.OPERATE),
        ("POST", "/api/analyze", KeyScope.ANALYZE),
        ("POST", "/api/actions/execute", KeyScope.ACTUATE),
        ("GET", "/evidence/2025-01-19/incident_1.jpg", KeyScope.READ),
        ("PUT", "/api/analyze", None),
        ("GET", "/api/nowhere", None),
    ],
)
def test_decision_24_scope_of(
    access: AccessMap, method: str, path: str, scope: KeyScope | None
) -> None:
    found = access.find(method, path)
    assert (found.scope, found.is_open) == (scope, False)


@pytest.mark.parametrize("path", ["/", "/health", "/livez", "/docs", "/redoc", "/openapi.json"])
def test_decision_24_open_paths(access: AccessMap, path: str) -> None:
    assert access.find("GET", path).is_open
    assert access.find("POST", path).is_open


def test_the_log_knows_a_path_by_its_template(access: AccessMap) -> None:
    assert access.find("GET", "/api/incidents/x").template == "/api/incidents/{incident_id}"
    assert access.find("PUT", "/api/stats").template == "/api/stats"
    assert access.find("GET", "/x").template is None
