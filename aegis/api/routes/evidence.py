"""`GET /evidence/...`: the picture behind an incident."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from aegis.api.openapi import problems
from aegis.errors import NotFound, ServiceUnavailable
from aegis.ports import Runtime

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FILE = re.compile(r"incident_[0-9]{1,18}(\.[0-9a-f]{16})?\.jpg")


def _part(meaning: str, example: str, form: re.Pattern[str]) -> Any:
    """A part of the path; another form is 404, as every evidence that is not there."""
    pattern = {"pattern": f"^{form.pattern}$"}
    return Path(description=meaning, examples=[example], json_schema_extra=pattern)


def evidence_routes(runtime: Runtime) -> APIRouter:
    """The route with its documentation."""
    router = APIRouter(tags=["Incidents"])

    @router.get(
        "/evidence/{day}/{file}",
        summary="Read an incident's picture",
        response_class=Response,
        responses={
            200: {"description": "The picture", "content": {"image/jpeg": {}}},
            **problems(NotFound, ServiceUnavailable),
        },
    )
    async def read_evidence(
        day: Annotated[str, _part("Day of the incident", "2025-01-19", _DAY)],
        file: Annotated[str, _part("Incident and .jpg", "incident_123.jpg", _FILE)],
    ) -> Response:
        """The JPEG at an incident's `evidence_path`, `thumbnail_path` or one of its strip."""
        if not (_DAY.fullmatch(day) and _FILE.fullmatch(file)):
            raise NotFound("There is no such evidence")
        picture = await runtime.store.read_evidence(f"/evidence/{day}/{file}")
        headers = {"Cache-Control": "private, no-cache"}
        return Response(picture, headers=headers, media_type="image/jpeg")

    return router
