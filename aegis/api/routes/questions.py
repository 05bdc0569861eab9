"""Questions beyond the list: exports and SQL."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from aegis.api.bounded_json import parse_body
from aegis.api.incident_filter import ExportFilter
from aegis.api.openapi import answer_of, body_of, problems
from aegis.api.requests import SqlBody
from aegis.domain.question import SqlAnswer
from aegis.errors import BadRequest, ServiceUnavailable, ValidationFailed
from aegis.ports import Runtime

_FORMS: dict[str, Any] = {
    "text/csv": {"schema": {"type": "string"}},
    "application/x-ndjson": {"schema": {"type": "string"}},
    "application/vnd.apache.parquet": {},
}


def question_routes(runtime: Runtime) -> APIRouter:
    """The routes; they come before those with `{incident_id}`."""
    router = APIRouter()
    _add_export(router, runtime)
    _add_sql(router, runtime)
    return router


def _add_export(router: APIRouter, runtime: Runtime) -> None:
    @router.get(
        "/api/incidents/export",
        summary="Export incidents",
        tags=["Incidents"],
        response_class=Response,
        responses={
            200: {"description": "All matches, newest first", "content": _FORMS},
            **problems(BadRequest, ValidationFailed, ServiceUnavailable),
        },
    )
    async def export_incidents(filters: Annotated[ExportFilter, Query()]) -> Response:
        """All incidents that match, archived ones too, as CSV, JSON Lines or Parquet.

        The answer is streamed. CSV cells that a spreadsheet would take for a formula get an
        apostrophe in front.
        """
        pieces = runtime.vault.export(filters.to_query(), filters.format)
        # What is wrong with the question must be known before the answer has begun.
        first = await anext(pieces, b"")
        return StreamingResponse(
            _continue(first, pieces),
            media_type=filters.format.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="incidents.{filters.format}"',
                "Cache-Control": "private, no-store",
            },
        )


def _add_sql(router: APIRouter, runtime: Runtime) -> None:
    @router.post(
        "/api/sql",
        summary="Ask in SQL",
        tags=["Statistics"],
        responses={
            **answer_of(SqlAnswer),
            **problems(BadRequest, ValidationFailed, ServiceUnavailable),
        },
        openapi_extra=body_of(SqlBody),
    )
    async def ask_sql(request: Request) -> Response:
        """One SELECT over `incidents`, `actions` and `observations`, hot and archived alike.

        DuckDB's dialect; instants are UTC. The question runs in a process of its own without
        files or network, over a snapshot some seconds old at most, for 10 seconds, in 512 MB,
        and gives at most 10,000 rows.
        """
        asked = parse_body(SqlBody, await request.body())
        answer = await runtime.vault.sql(asked.sql)
        return Response(answer.model_dump_json(), media_type="application/json")


async def _continue(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
