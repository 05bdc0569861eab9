"""`POST /api/actions/execute`: do something about an incident, now."""

from fastapi import APIRouter, Request, Response

from aegis.api.bounded_json import parse_body
from aegis.api.exchange import exchange_of
from aegis.api.idempotency import Idempotency, RequestKey
from aegis.api.openapi import IDEMPOTENCY_KEY, answer_of, body_of, problems
from aegis.api.requests import ExecuteRequest
from aegis.api.routes.incidents import known_form
from aegis.api.schemas import ActionAnswer
from aegis.domain.response import ActionRequest
from aegis.errors import IncidentNotFound, ServiceUnavailable, ValidationFailed
from aegis.ports import Runtime


def action_routes(runtime: Runtime, idempotency: Idempotency) -> APIRouter:
    """The route with its documentation."""
    router = APIRouter(tags=["Actions"])

    @router.post(
        "/api/actions/execute",
        summary="Execute an action",
        responses={
            **answer_of(ActionAnswer),
            **problems(IncidentNotFound, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(ExecuteRequest) | {"parameters": [IDEMPOTENCY_KEY]},
    )
    async def execute(request: Request) -> Response:
        """Manually execute a response action.

        The answer is the true outcome: without a connector `result.simulated` is true and
        nobody was told; a connector that fails is `status: "failed"`, with the reason.
        """
        body = await request.body()
        caller = exchange_of(request.scope).caller

        async def work(key: RequestKey) -> str:
            asked = parse_body(ExecuteRequest, body)
            outcome = await runtime.dispatcher.execute(
                ActionRequest(
                    action=asked.action_type,
                    incident_id=known_form(asked.incident_id),
                    parameters=asked.parameters,
                    idempotency_key=key.text,
                    request_digest=key.digest,
                    requested_by=caller.trust_domain if caller else "anonymous",
                )
            )
            return ActionAnswer.of(outcome).model_dump_json()

        return await idempotency.answer(request, body, work)

    return router
