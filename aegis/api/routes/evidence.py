"""`GET /evidence/...`: the picture behind an incident."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Response

from aegis.api.openapi import problems
from aegis.errors import NotFound, ServiceUnavailable
from aegis.ports import Runtime

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FILE = re.compile(r"incident_\d{1,18}\.jpg", re.ASCII)


def evidence_routes(runtime: Runtime) -> APIRouter:
    """The route with its documentation."""
    router = APIRouter(tags=["Incidents"])

    @router.get(
        "/evidence/{day}/{file}",
        summary="Read an incident's picture",
        response_class=Response,
        responses={
            200: {"content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}},
            **problems(NotFound, ServiceUnavailable),
        },
    )
    async def read_evidence(
        day: Annotated[str, Path(examples=["2025-01-19"])],
        file: Annotated[str, Path(examples=["incident_123.jpg"])],
    ) -> Response:
        """The JPEG at an incident's `evidence_path`."""
        if not (_DAY.fullmatch(day) and _FILE.fullmatch(file)):
            raise NotFound("There is no such evidence")
        picture = await runtime.store.read_evidence(f"/evidence/{day}/{file}")
        headers = {"Cache-Control": "private, no-cache"}
        return Response(picture, headers=headers, media_type="image/jpeg")

    return router
