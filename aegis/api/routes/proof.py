"""Holds and proofs: what makes an incident evidence."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from aegis.api.bounded_json import parse_body
from aegis.api.idempotency import Idempotency, RequestKey
from aegis.api.incident_filter import read_whole_number
from aegis.api.openapi import IDEMPOTENCY_KEY, answer_of, body_of, problems
from aegis.api.requests import HoldBody
from aegis.api.routes.incidents import IncidentId, known_form
from aegis.api.schemas import HoldAnswer
from aegis.domain.incident import HoldRequest
from aegis.domain.proof import ProofHead
from aegis.errors import IncidentNotFound, ServiceUnavailable, ValidationFailed
from aegis.ports import Runtime

_Count = Annotated[int, Field(ge=1, le=2**63 - 1), BeforeValidator(read_whole_number)]
TreeSize = Annotated[
    _Count | None,
    Query(description="The journal as it was with so many records; by default as it is"),
]
_ZIP: dict[str, Any] = {"application/zip": {}}


def proof_routes(runtime: Runtime, idempotency: Idempotency) -> APIRouter:
    """The routes with their documentation."""
    router = APIRouter(tags=["Proof"])
    _add_place(router, runtime, idempotency)
    _add_release(router, runtime, idempotency)
    _add_evidence(router, runtime)
    _add_head(router, runtime)
    return router


def _add_place(router: APIRouter, runtime: Runtime, idempotency: Idempotency) -> None:
    @router.post(
        "/api/incidents/{incident_id}/hold",
        summary="Place a legal hold",
        responses={
            **answer_of(HoldAnswer),
            **problems(IncidentNotFound, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(HoldBody) | {"parameters": [IDEMPOTENCY_KEY]},
    )
    async def place_hold(request: Request, incident_id: IncidentId) -> Response:
        """Forbid that the incident or its pictures are deleted or evicted; `{}` is enough."""
        body = await request.body()

        async def work(key: RequestKey) -> str:
            asked = parse_body(HoldBody, body)
            wanted = HoldRequest(is_held=True, reason=asked.reason, by=asked.placed_by)
            held = await runtime.vault.set_hold(
                known_form(incident_id), wanted, key.text, key.digest
            )
            return HoldAnswer.of(held).model_dump_json()

        return await idempotency.answer(request, body, work)


def _add_release(router: APIRouter, runtime: Runtime, idempotency: Idempotency) -> None:
    @router.delete(
        "/api/incidents/{incident_id}/hold",
        summary="Release a legal hold",
        responses={
            **answer_of(HoldAnswer),
            **problems(IncidentNotFound, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra={"parameters": [IDEMPOTENCY_KEY]},
    )
    async def release_hold(request: Request, incident_id: IncidentId) -> Response:
        """Let the incident age like any other again."""

        async def work(key: RequestKey) -> str:
            wanted = HoldRequest(is_held=False)
            released = await runtime.vault.set_hold(
                known_form(incident_id), wanted, key.text, key.digest
            )
            return HoldAnswer.of(released).model_dump_json()

        # The method is part of what was asked: a key used for placing is not good here.
        return await idempotency.answer(request, b"DELETE", work)


def _add_evidence(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/api/incidents/{incident_id}/evidence.zip",
        summary="Take an incident's evidence along",
        response_class=Response,
        responses={
            200: {"description": "Verify it with `aegis verify FILE`", "content": _ZIP},
            **problems(IncidentNotFound, ValidationFailed, ServiceUnavailable),
        },
    )
    async def read_evidence_zip(incident_id: IncidentId, tree_size: TreeSize = None) -> Response:
        """Pictures, record and the journal's records of them, verifiable without this server."""
        name = known_form(incident_id)
        content = await runtime.vault.evidence_zip(name, tree_size)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}.zip"',
            "Cache-Control": "private, no-store",
        }
        return Response(content, headers=headers, media_type="application/zip")


def _add_head(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/api/proof/head",
        summary="The journal in one hash",
        responses={
            **answer_of(ProofHead),
            **problems(ValidationFailed, ServiceUnavailable),
        },
    )
    async def read_head(tree_size: TreeSize = None) -> Response:
        """The Merkle root to write down elsewhere, so that history cannot be rewritten unseen."""
        head = await runtime.vault.proof_head(tree_size)
        return Response(head.model_dump_json(), media_type="application/json")
