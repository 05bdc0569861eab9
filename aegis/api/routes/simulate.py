"""`POST /api/simulate`: what would have been under other rules."""

from fastapi import APIRouter, Request, Response

from aegis.api.bounded_json import parse_body
from aegis.api.openapi import answer_of, body_of, problems
from aegis.api.requests import SimulateBody
from aegis.domain.simulation import SimulationReport, SimulationRequest
from aegis.errors import ServiceUnavailable, ValidationFailed
from aegis.ports import Runtime


def simulate_routes(runtime: Runtime) -> APIRouter:
    """The route with its documentation."""
    router = APIRouter(tags=["Statistics"])

    @router.post(
        "/api/simulate",
        summary="Replay history under other rules",
        responses={
            **answer_of(SimulationReport),
            **problems(ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(SimulateBody),
    )
    async def simulate(request: Request) -> Response:
        """Run changed threat rules over the archived observations and say what would differ.

        Nothing is changed. Long stretches belong on the command line: `aegis replay`.
        """
        asked = parse_body(SimulateBody, await request.body())
        report = await runtime.simulator.simulate(SimulationRequest(**dict(asked)))
        return Response(report.model_dump_json(), media_type="application/json")

    return router
