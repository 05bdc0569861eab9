"""What the API answers: the document's fields, derived from the domain."""

from datetime import UTC, datetime
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from aegis.domain.analysis import FrameResult
from aegis.domain.assessment import IncidentType, Severity, Subject
from aegis.domain.frame import Frame
from aegis.domain.incident import (
    EvidenceFrame,
    Hold,
    Incident,
    IncidentPage,
    IncidentQuery,
    IncidentStatus,
)
from aegis.domain.response import ActionRecord, ActionStatus, ActionType, ResponseStep
from aegis.domain.statistics import AgentStatistics
from aegis.domain.value import UtcDatetime


class Answer(BaseModel):
    """A frozen answer; unknown fields are ignored, so that an older client reads a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class ServiceDescription(Answer):
    """Who answers here."""

    name: str = "AegisAI"
    version: str = "2.5.0"
    description: str = "Autonomous Security & Incident Response Agent"
    docs: str = "/docs"


class AnalyzeResponse(Answer):
    """The judgement of one frame, and the incident it belongs to, if any.

    confidence: 0 to 100, certainty of this very verdict, "nothing" included.
    alarm_level: 0 to 4 as in ANSI/TMA-AVS-01, with the facts that justify it.
    timestamp: of the frame; processing_time_ms: measured from the request's arrival.
    """

    incident: bool
    type: IncidentType
    severity: Severity
    confidence: float = Field(ge=0, le=100)
    reasoning: str
    subjects: tuple[Subject, ...]
    recommended_actions: tuple[str, ...]
    timestamp: UtcDatetime
    processing_time_ms: int = Field(ge=0)
    incident_id: str | None
    new_incident: bool
    subtype: str | None = None
    alarm_level: int = Field(default=0, ge=0, le=4)
    alarm_facts: tuple[str, ...] = ()
    response_plan: tuple[ResponseStep, ...]
    camera_id: str | None
    frame_number: int | None
    request_id: str
    warnings: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, result: FrameResult, frame: Frame, processing_time_ms: int, warnings: tuple[str, ...]
    ) -> Self:
        """The answer for a judged frame."""
        seen, incident = result.assessment, result.incident
        plan = incident.response_plan if incident else None
        return cls(
            incident=seen.is_incident,
            type=seen.type,
            severity=seen.severity,
            confidence=seen.confidence,
            reasoning=seen.reasoning,
            subjects=seen.subjects,
            recommended_actions=plan.recommended_actions if plan else (),
            timestamp=seen.captured_at,
            processing_time_ms=processing_time_ms,
            incident_id=incident.id if incident else None,
            new_incident=result.is_new_incident,
            subtype=seen.subtype,
            alarm_level=seen.alarm_level,
            alarm_facts=seen.alarm_facts,
            response_plan=plan.steps if plan else (),
            camera_id=frame.camera_id,
            frame_number=frame.frame_number,
            request_id=frame.request_id,
            warnings=warnings,
        )


class ActionTaken(Answer):
    """An action carried out for an incident, with its true outcome."""

    action: ActionType
    status: ActionStatus
    timestamp: UtcDatetime
    action_id: str
    result: dict[str, Any] = {}


class StatusHistoryEntry(Answer):
    """A decision of an operator."""

    status: IncidentStatus
    changed_at: UtcDatetime
    notes: str | None = None
    resolved_by: str | None = None


class IncidentAnswer(Answer):
    """An incident as the list, the detail and the stream show it.

    timestamp: of the frame that opened it; severity and confidence: the highest seen.
    evidence_strip: small pictures of the moments around the best frame, oldest first.
    hold: there while nothing of the incident may be deleted.
    camera_id: the first that showed it; cameras: all that did, in that order.
    is_ongoing, ended_at: by the time of its frames, whatever people decided about it.
    policy_version: of the rules and the site that judged it.
    """

    id: str
    timestamp: UtcDatetime
    type: IncidentType
    severity: Severity
    confidence: float = Field(ge=0, le=100)
    status: IncidentStatus
    reasoning: str
    subjects: tuple[Subject, ...]
    response_plan: tuple[ResponseStep, ...]
    evidence_path: str | None
    created_at: UtcDatetime
    updated_at: UtcDatetime
    actions_taken: tuple[ActionTaken, ...]
    notes: str | None
    resolved_by: str | None
    status_history: tuple[StatusHistoryEntry, ...]
    camera_id: str | None
    subtype: str | None
    first_seen: UtcDatetime
    last_seen: UtcDatetime
    frame_count: int
    thumbnail_path: str | None = None
    evidence_strip: tuple[EvidenceFrame, ...] = ()
    evidence_evicted_at: UtcDatetime | None = None
    hold: Hold | None = None
    alarm_level: int = Field(default=0, ge=0, le=4)
    alarm_facts: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    is_ongoing: bool = False
    ended_at: UtcDatetime | None = None
    rule: str | None = None
    policy_version: str = ""

    @classmethod
    def of(cls, incident: Incident, now: datetime | None = None) -> Self:
        """The incident without what only the store needs, as it stands now."""
        ended_at = incident.ended_at(now or datetime.now(UTC))
        shown = {name: getattr(incident, name) for name in _SAME_AS_INCIDENT}
        plan = incident.response_plan
        return cls(
            **shown,
            is_ongoing=ended_at is None,
            ended_at=ended_at,
            response_plan=plan.steps if plan else (),
            actions_taken=tuple(_taken(action) for action in incident.actions_taken),
            status_history=tuple(
                StatusHistoryEntry(**dict(change)) for change in incident.status_history
            ),
        )


_SAME_AS_INCIDENT = tuple(
    set(IncidentAnswer.model_fields)
    - {"response_plan", "actions_taken", "status_history", "is_ongoing", "ended_at"}
)


class Pagination(Answer):
    """Where this page lies; `next_cursor` does not shift when incidents are added."""

    limit: int
    offset: int
    has_more: bool
    next_cursor: str | None = None


class IncidentList(Answer):
    """One page; `total` counts all matches."""

    total: int
    incidents: tuple[IncidentAnswer, ...]
    pagination: Pagination

    @classmethod
    def of(cls, page: IncidentPage, query: IncidentQuery) -> Self:
        """The page that answers this query."""
        return cls(
            total=page.total,
            incidents=tuple(map(IncidentAnswer.of, page.incidents)),
            pagination=Pagination(
                limit=query.limit,
                offset=query.offset,
                has_more=page.has_more,
                next_cursor=page.next_cursor,
            ),
        )


class StatusAnswer(Answer):
    """An incident's status after the update."""

    id: str
    status: IncidentStatus
    updated_at: UtcDatetime
    notes: str | None
    resolved_by: str | None

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """Where the incident stands, or stood when this key was first given."""
        return cls(**{name: getattr(incident, name) for name in cls.model_fields})


class HoldAnswer(Answer):
    """Whether an incident is under a legal hold, and whose."""

    id: str
    hold: Hold | None
    updated_at: UtcDatetime

    @classmethod
    def of(cls, incident: Incident) -> Self:
        """Where the incident stands, or stood when this key was first given."""
        return cls(id=incident.id, hold=incident.hold, updated_at=incident.updated_at)


class CleanupAnswer(Answer):
    """How many incidents were deleted; in a dry run, how many would be."""

    deleted_count: int
    message: str


class AgentsAnswer(Answer):
    """Both agents' figures, all replicas together."""

    vision_agent: AgentStatistics
    planner_agent: AgentStatistics


class ActionAnswer(Answer):
    """The true outcome of an action; `result.simulated` says that nobody was told."""

    action_id: str
    status: ActionStatus
    result: dict[str, Any]

    @classmethod
    def of(cls, record: ActionRecord) -> Self:
        """The outcome that was kept."""
        return cls(action_id=record.action_id, status=record.status, result=record.result)


class Alive(Answer):
    """The process answers."""

    status: Literal["alive"] = "alive"


class ErrorObject(Answer):
    """What went wrong, in a code for programs and a sentence for people."""

    code: str
    message: str
    details: dict[str, Any] = {}


class ErrorEnvelope(Answer):
    """Every error of every route."""

    error: ErrorObject
    timestamp: UtcDatetime
    request_id: str


def _taken(action: ActionRecord) -> ActionTaken:
    return ActionTaken(
        action=action.action,
        status=action.status,
        timestamp=action.timestamp,
        action_id=action.action_id,
        result=action.result,
    )
