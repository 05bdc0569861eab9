"""The application: routes inside, the layers of the door around them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from aegis.api.auth import Door, DoorMiddleware
from aegis.api.body import BodyMiddleware, DeadlineMiddleware
from aegis.api.camera_gate import CameraGate
from aegis.api.console import add_console
from aegis.api.cors import CorsMiddleware
from aegis.api.docs import add_docs
from aegis.api.errors import ErrorMiddleware, render_error
from aegis.api.event_hub import EventHub
from aegis.api.exchange import ExchangeMiddleware
from aegis.api.health import HealthDesk
from aegis.api.idempotency import Idempotency
from aegis.api.refused_socket import RefusedSocketMiddleware
from aegis.api.routes.actions import action_routes
from aegis.api.routes.analyze import analyze_routes
from aegis.api.routes.evidence import evidence_routes
from aegis.api.routes.incidents import incident_routes
from aegis.api.routes.policies import policy_routes
from aegis.api.routes.proof import proof_routes
from aegis.api.routes.questions import question_routes
from aegis.api.routes.service import service_routes
from aegis.api.routes.simulate import simulate_routes
from aegis.api.routes.stream import AnalysisStream
from aegis.api.schemas import ServiceDescription
from aegis.api.socket_seats import SocketSeats
from aegis.api.status_ticker import StatusTicker
from aegis.errors import AegisError
from aegis.ports import Runtime
from aegis.settings import Settings

_DESCRIPTION = """Cameras in, incidents with evidence and responses out.

Every error of every route is the same envelope, `ErrorEnvelope`: also 404 `NOT_FOUND` for an
unknown path and 405 `METHOD_NOT_ALLOWED`. Every answer carries `X-Request-ID`; every answer
below `/api/` says what is left of your requests. After 429 and 503 wait for `Retry-After`.

JSON is read strictly: no NaN, no lone surrogates, `"7"` and `true` are no integers; unknown
fields are passed over. The Content-Type of a request is not looked at.

Events are pushed on the WebSocket `/ws/analysis`, described in `/asyncapi.json`.
"""


def create_app(runtime: Runtime, settings: Settings) -> ASGIApp:
    """The API over these ports: pure ASGI, no Ray, no state that matters."""
    door = Door.of(runtime.limits, settings)
    app: ASGIApp = _create_routes(runtime, settings, door)
    app = BodyMiddleware(app, settings)
    app = DeadlineMiddleware(app, settings.request_timeout_s)
    app = DoorMiddleware(app, door)
    app = RefusedSocketMiddleware(ErrorMiddleware(app))
    app = CorsMiddleware(app, settings.cors_origins)
    return ExchangeMiddleware(app)


def create_trusted_app(runtime: Runtime, settings: Settings) -> ASGIApp:
    """The same without the door, for callers inside the cluster: no key, and nobody counts."""
    app: ASGIApp = _create_routes(runtime, settings, Door.of(runtime.limits, settings))
    app = DeadlineMiddleware(app, settings.request_timeout_s)
    return ExchangeMiddleware(ErrorMiddleware(app))


def _create_routes(runtime: Runtime, settings: Settings, door: Door) -> FastAPI:
    idempotency, desk = Idempotency(), HealthDesk(runtime.monitor)
    hub = EventHub(runtime.events)
    ticker = StatusTicker(hub, desk)
    seats = SocketSeats(runtime.limits, settings.sockets_per_caller)
    app = _create_fastapi(hub, ticker, seats, door)
    add_docs(app, demands_key=door.ring.demands_key)
    add_console(app)
    routers: tuple[APIRouter, ...] = (
        service_routes(runtime, desk),
        analyze_routes(runtime, settings, idempotency, CameraGate(door.limits)),
        question_routes(runtime),
        simulate_routes(runtime),
        incident_routes(runtime, idempotency),
        proof_routes(runtime, idempotency),
        policy_routes(runtime, idempotency),
        action_routes(runtime, idempotency),
        evidence_routes(runtime),
        AnalysisStream(hub, ticker, seats, door.doorman, settings).routes(),
    )
    for router in routers:
        door.access.add(router)
        app.include_router(router)
    return app


def _create_fastapi(hub: EventHub, ticker: StatusTicker, seats: SocketSeats, door: Door) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        hub.start()
        watch = asyncio.create_task(door.ring.watch())
        yield
        watch.cancel()
        await seats.stop()
        await ticker.stop()
        await hub.stop()

    service = ServiceDescription()
    kinds = (AegisError, HTTPException, RequestValidationError, Exception)
    return FastAPI(
        title=service.name,
        version=service.version,
        description=_DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        exception_handlers=dict.fromkeys(kinds, render_error),
    )
