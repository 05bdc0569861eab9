"""Which scope a key needs for which route: the one table, and who reads it.

A new route goes in here; the application refuses to be made with a route that is missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from fastapi import APIRouter
from starlette.routing import Route, WebSocketRoute

from aegis.domain.api_key import KeyScope
from aegis.errors import ConfigurationError

OPEN = None
"""Needs no key."""

ROUTE_SCOPES: Mapping[str, KeyScope | None] = MappingProxyType(
    {
        "GET /": OPEN,
        "GET /livez": OPEN,
        "GET /health": OPEN,
        "GET /api/health": KeyScope.READ,
        "GET /api/stats": KeyScope.READ,
        "GET /api/agents/stats": KeyScope.READ,
        "POST /api/analyze": KeyScope.ANALYZE,
        "GET /api/incidents": KeyScope.READ,
        "GET /api/incidents/export": KeyScope.READ,
        "POST /api/sql": KeyScope.ADMIN,
        "POST /api/simulate": KeyScope.ADMIN,
        "GET /api/incidents/{incident_id}": KeyScope.READ,
        "POST /api/incidents/{incident_id}/status": KeyScope.OPERATE,
        "DELETE /api/incidents/cleanup": KeyScope.ADMIN,
        "POST /api/incidents/{incident_id}/hold": KeyScope.OPERATE,
        "DELETE /api/incidents/{incident_id}/hold": KeyScope.OPERATE,
        "GET /api/incidents/{incident_id}/evidence.zip": KeyScope.READ,
        "GET /api/proof/head": KeyScope.READ,
        "GET /api/policies": KeyScope.READ,
        "PUT /api/policies": KeyScope.ADMIN,
        "GET /api/policies/versions": KeyScope.READ,
        "GET /api/policies/versions/{number}": KeyScope.READ,
        "GET /api/policies/{rule}": KeyScope.READ,
        "POST /api/actions/execute": KeyScope.ACTUATE,
        "GET /evidence/{day}/{file}": KeyScope.READ,
        "WEBSOCKET /ws/analysis": KeyScope.READ,
    }
)
"""Method and path template -> scope."""

_OPEN_PATHS = frozenset({"/docs", "/redoc", "/openapi.json", "/asyncapi.json", "/console"})
_OPEN_BELOW = ("/docs/", "/console/")
_SOCKET = "WEBSOCKET"


@dataclass(frozen=True, slots=True)
class Access:
    """What a request is after. template: None where there is no such route.

    scope: None where none is needed, or there is no such route.
    """

    template: str | None = None
    scope: KeyScope | None = None
    is_open: bool = False


class AccessMap:
    """Finds the scope of a request as the routers will find its route: the first that fits."""

    def __init__(self) -> None:
        self._routes: list[tuple[Route | WebSocketRoute, str]] = []

    def add(self, router: APIRouter) -> None:
        """Learn a router's routes; raises ConfigurationError for one without a scope."""
        for route in router.routes:
            if not isinstance(route, Route | WebSocketRoute):
                raise ConfigurationError(f"{route!r} is no plain route: its scope is unknown")
            for method in _methods(route):
                if f"{method} {route.path}" not in ROUTE_SCOPES:
                    raise ConfigurationError(
                        f"{method} {route.path} has no scope: add it to aegis/api/access.py"
                    )
                self._routes.append((route, method))

    def find(self, method: str, path: str) -> Access:
        """What this method at this path needs; an open path is open to every method."""
        if path in _OPEN_PATHS or path.startswith(_OPEN_BELOW):
            return Access(path if path in _OPEN_PATHS else None, is_open=True)
        fitting = [it for it in self._routes if it[0].path_regex.match(path)]
        for route, allowed in fitting:
            scope = ROUTE_SCOPES[f"{allowed} {route.path}"]
            if allowed == method or scope is OPEN:
                return Access(route.path, scope, is_open=scope is OPEN)
        return Access(fitting[0][0].path if fitting else None)


def methods_of(template: str | None) -> list[str]:
    """Every method that this path answers, in order; none where there is no such path."""
    routes = (route.split(" ") for route in ROUTE_SCOPES)
    return sorted(method for method, path in routes if path == template and method != _SOCKET)


def _methods(route: Route | WebSocketRoute) -> list[str]:
    return sorted(route.methods or ()) if isinstance(route, Route) else [_SOCKET]
