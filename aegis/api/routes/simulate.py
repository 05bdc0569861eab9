"""`POST /api/simulate`: what would have been under other rules."""

from typing import Any

from fastapi import APIRouter, Request, Response

from aegis.api.bounded_json import parse_body
from aegis.api.openapi import answer_of, body_of, problems
from aegis.api.requests import SimulateBody
from aegis.api.simulation_stream import JSON_LINES, stream_simulation, wants_lines
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
            **_answers(),
            **problems(ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(SimulateBody),
    )
    async def simulate(request: Request) -> Response:
        """Run changed threat rules over the archived observations and say what would differ.

        Nothing is changed. With `Accept: application/x-ndjson` the answer comes as JSON
        Lines: `{"done": 3, "days": 7}` after each day, then `{"report": ...}`, or `{"error":
        ...}` when it breaks off. Long stretches belong on the command line: `aegis replay`.
        """
        asked = parse_body(SimulateBody, await request.body())
        wanted = SimulationRequest(**dict(asked))
        if wants_lines(request):
            return await stream_simulation(runtime.simulator, wanted)
        report = await runtime.simulator.simulate(wanted)
        return Response(report.model_dump_json(), media_type="application/json")

    return router


def _answers() -> dict[int | str, dict[str, Any]]:
    answers = answer_of(SimulationReport)
    answers[200]["content"][JSON_LINES] = {"schema": {"type": "string"}}
    return answers
