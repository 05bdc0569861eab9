"""A memory with five incidents, and what can be asked of it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentQuery, IncidentStatus, StatusUpdate
from data.commands import UpdateStatus

Make = Callable[..., Assessment]
UTC_ZONE = ZoneInfo("UTC")


def ids(memory: Any, **query: Any) -> list[int]:
    page = memory.views.find(IncidentQuery(**query))
    return [int(incident.id.removeprefix("incident_")) for incident in page.incidents]


def everything(memory: Any) -> tuple[Any, ...]:
    return (
        memory.views.find(IncidentQuery(limit=1000)),
        memory.views.statistics(memory.now, UTC_ZONE),
        memory.views.created_before(memory.now + timedelta(days=1), keep_open=True),
    )


def fill(memory: Any, make_assessment: Make) -> Any:
    """Five incidents an hour apart, the third with a status and notes of its own."""
    varied: list[dict[str, Any]] = [
        {"severity": "low", "camera_id": "CAM_02"},
        {"type": "violence", "severity": "critical", "reasoning": "100% STRASSE under_score"},
        {"camera_id": None},
        {"severity": "high", "confidence": 90.0},
        {"type": "vandalism", "severity": "low"},
    ]
    for hour, changes in enumerate(varied):
        memory.record(make_assessment(hour * 3600, grouping_key=None, **changes))
    notes = StatusUpdate(status=IncidentStatus.FALSE_POSITIVE, notes="The GARDENER, 5\\6")
    memory.do(UpdateStatus("incident_3", notes, "s"))
    return memory
