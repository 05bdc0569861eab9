"""`/api/incidents`: find, read, decide, forget."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BeforeValidator, Field
from starlette.exceptions import HTTPException

from aegis.api.bounded_json import parse_body
from aegis.api.idempotency import Idempotency, RequestKey
from aegis.api.incident_filter import IncidentFilter, read_whole_number
from aegis.api.openapi import IDEMPOTENCY_KEY, answer_of, body_of, problems
from aegis.api.requests import StatusRequest
from aegis.api.schemas import CleanupAnswer, IncidentAnswer, IncidentList, StatusAnswer
from aegis.domain.event import DecidedIncident, EventType
from aegis.domain.incident import CleanupRequest, StatusUpdate
from aegis.errors import (
    BadRequest,
    IncidentNotFound,
    MethodNotAllowed,
    ServiceUnavailable,
    ValidationFailed,
)
from aegis.ports import Runtime

_INCIDENT_ID = re.compile(r"incident_[0-9]{1,18}")
IncidentId = Annotated[
    str,
    Path(
        description="Incident identifier",
        examples=["incident_123"],
        json_schema_extra={"pattern": f"^{_INCIDENT_ID.pattern}$"},
    ),
]


Days = Annotated[int, Field(ge=1, le=36500), BeforeValidator(read_whole_number)]


def incident_routes(runtime: Runtime, idempotency: Idempotency) -> APIRouter:
    """The routes; `cleanup` comes before `{incident_id}`."""
    router = APIRouter(prefix="/api/incidents", tags=["Incidents"])
    _add_list(router, runtime)
    _add_cleanup(router, runtime)
    _add_detail(router, runtime)
    _add_status(router, runtime, idempotency)
    return router


def known_form(incident_id: str) -> str:
    """The id, if it can be one; raises IncidentNotFound otherwise."""
    if not _INCIDENT_ID.fullmatch(incident_id):
        raise IncidentNotFound("There is no such incident", {"field": "incident_id"})
    return incident_id


def _add_list(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "",
        summary="List incidents",
        responses={
            **answer_of(IncidentList),
            **problems(BadRequest, ValidationFailed, ServiceUnavailable),
        },
    )
    async def find_incidents(filters: Annotated[IncidentFilter, Query()]) -> Response:
        """Retrieve all incidents with optional filtering, newest first."""
        query = filters.to_query()
        page = await runtime.store.find(query)
        return _json(IncidentList.of(page, query).model_dump_json())


def _add_cleanup(router: APIRouter, runtime: Runtime) -> None:
    @router.delete(
        "/cleanup",
        summary="Delete old incidents",
        responses={
            **answer_of(CleanupAnswer),
            **problems(ValidationFailed, ServiceUnavailable),
        },
    )
    async def clean_up(
        days: Annotated[Days, Query(description="Delete incidents older than this many days")] = 30,
        *,
        keep_open: Annotated[bool, Query(description="Spare what is still open")] = False,
        dry_run: Annotated[bool, Query(description="Only count")] = False,
    ) -> Response:
        """Delete incidents older than the given days, by `created_at`, with their evidence."""
        asked = CleanupRequest(days=days, keep_open=keep_open, dry_run=dry_run)
        count = await runtime.store.cleanup(asked)
        verb = "Would delete" if dry_run else "Deleted"
        message = f"{verb} {count} incidents older than {days} days"
        return _json(CleanupAnswer(deleted_count=count, message=message).model_dump_json())


def _add_detail(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/{incident_id}",
        summary="Read an incident",
        responses={
            **answer_of(IncidentAnswer, "Incident found"),
            **problems(IncidentNotFound, ServiceUnavailable),
        },
    )
    async def read_incident(incident_id: IncidentId) -> Response:
        """Retrieve a specific incident; the same record as in the list."""
        if incident_id == "cleanup":
            raise HTTPException(MethodNotAllowed.status, headers={"Allow": "DELETE"})
        incident = await runtime.store.get(known_form(incident_id))
        return _json(IncidentAnswer.of(incident).model_dump_json())


def _add_status(router: APIRouter, runtime: Runtime, idempotency: Idempotency) -> None:
    @router.post(
        "/{incident_id}/status",
        summary="Update an incident's status",
        responses={
            **answer_of(StatusAnswer),
            **problems(IncidentNotFound, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(StatusRequest) | {"parameters": [IDEMPOTENCY_KEY]},
    )
    async def update_status(request: Request, incident_id: IncidentId) -> Response:
        """Update incident status (resolve, escalate, etc.); any change is allowed."""
        body = await request.body()

        async def work(key: RequestKey) -> str:
            asked = parse_body(StatusRequest, body)
            update = StatusUpdate(**dict(asked))
            changed = await runtime.store.update_status(
                known_form(incident_id), update, key.text, key.digest
            )
            answer = StatusAnswer.of(changed)
            told = DecidedIncident(**answer.model_dump(exclude={"resolved_by"})).model_dump(
                mode="json"
            )
            # For the stream's filters, which do not show them.
            told |= {"camera_id": changed.camera_id, "severity": changed.severity}
            await runtime.events.publish(EventType.INCIDENT_UPDATED, told)
            return answer.model_dump_json()

        return await idempotency.answer(request, body, work)


def _json(content: str) -> Response:
    return Response(content, media_type="application/json")
