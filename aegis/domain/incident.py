"""What happened, kept with everything that was done about it."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from pydantic import Field

from aegis.domain.assessment import Assessment, IncidentType, Severity, Subject
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.value import UtcDatetime, Value


class IncidentStatus(StrEnum):
    """Where people stand with an incident; any change is allowed."""

    ACTIVE = "active"
    INVESTIGATING = "investigating"
    RESOLVED = "resolved"
    FALSE_POSITIVE = "false_positive"
    ESCALATED = "escalated"


OPEN_STATUSES = frozenset(
    {IncidentStatus.ACTIVE, IncidentStatus.INVESTIGATING, IncidentStatus.ESCALATED}
)
"""Statuses in which somebody still has to do something."""


class StatusUpdate(Value):
    """An operator's decision about an incident."""

    status: IncidentStatus
    notes: str | None = None
    resolved_by: str | None = None


class StatusChange(StatusUpdate):
    """A decision with its time."""

    changed_at: UtcDatetime


class HoldRequest(Value):
    """Somebody wants a legal hold placed, or released again."""

    is_held: bool = True
    reason: str | None = None
    by: str | None = None


class EvidenceFrame(Value):
    """A small picture of one moment around the best frame; sha256: of the JPEG at `path`."""

    captured_at: UtcDatetime
    path: str
    sha256: str


class Hold(Value):
    """Somebody forbids that an incident or its pictures are deleted or evicted."""

    reason: str | None = None
    placed_by: str | None = None
    placed_at: UtcDatetime


class Incident(Value):
    """One event, however many frames showed it.

    timestamp: of the frame that opened it; created_at and updated_at: the store's clock.
    severity and confidence: the highest seen; frame_count: frames that showed it.
    camera_id: the first that showed it; cameras: all that did, in that order.
    response_plan: None until it is planned.
    evidence_sha256: of the JPEG behind `evidence_path`.
    evidence_strip: small pictures of the moments around the best frame, oldest first.
    thumbnail_path: the small picture of the best frame itself.
    evidence_evicted_at: when the pictures had to go for want of room.
    hold: while it is there, nothing of the incident is deleted or evicted.
    revision: how many records of the journal make the incident; no number is left out.
    alarm_level: the highest seen, 0 to 4 as in ANSI/TMA-AVS-01, with the facts for it.
    """

    id: str
    timestamp: UtcDatetime
    type: IncidentType
    subtype: str | None = None
    severity: Severity
    confidence: float = Field(ge=0, le=100)
    status: IncidentStatus = IncidentStatus.ACTIVE
    reasoning: str
    subjects: tuple[Subject, ...] = ()
    camera_id: str | None = None
    location: str | None = None
    response_plan: ResponsePlan | None = None
    evidence_path: str | None = None
    evidence_sha256: str | None = None
    created_at: UtcDatetime
    updated_at: UtcDatetime
    first_seen: UtcDatetime
    last_seen: UtcDatetime
    frame_count: int = Field(default=1, ge=1)
    notes: str | None = None
    resolved_by: str | None = None
    status_history: tuple[StatusChange, ...] = ()
    actions_taken: tuple[ActionRecord, ...] = ()
    rule: str | None = None
    policy_version: str = ""
    grouping_key: str | None = None
    grouping_keys: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    quiet_gap_s: float = 60.0
    max_duration_s: float | None = None
    facts: dict[str, Any] = {}
    evidence_strip: tuple[EvidenceFrame, ...] = ()
    thumbnail_path: str | None = None
    evidence_evicted_at: UtcDatetime | None = None
    hold: Hold | None = None
    revision: int = 0
    alarm_level: int = Field(default=0, ge=0, le=4)
    alarm_facts: tuple[str, ...] = ()

    @property
    def pictures(self) -> dict[str, str]:
        """The SHA-256 of every picture of the incident, by path."""
        shown = {frame.path: frame.sha256 for frame in self.evidence_strip}
        if self.evidence_path and self.evidence_sha256:
            shown[self.evidence_path] = self.evidence_sha256
        return shown

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.status in OPEN_STATUSES

    def ended_at(self, now: datetime) -> datetime | None:
        """When it was seen last, once `now` is a quiet gap later; None while it goes on.

        By the time of its frames, whatever people decided about it. One that outlasts its
        longest duration ended then: what is still there has been judged.
        """
        if self.max_duration_s is not None:
            longest = self.first_seen + timedelta(seconds=self.max_duration_s)
            if self.last_seen > longest:
                return longest
        is_quiet = now > self.last_seen + timedelta(seconds=self.quiet_gap_s)
        return self.last_seen if is_quiet else None


class Recorded(Value):
    """The store's answer to a recorded frame: its incident, durable, and whether it is new.

    takes_over: whether the frame's event took over the incident of a lesser one.
    assessment: the judgement kept under the frame's key, None where it is not kept.
    """

    incident: Incident
    is_new: bool
    takes_over: bool = False
    assessment: Assessment | None = None


class IncidentQuery(Value):
    """A filtered, ordered page: newest timestamp first, id breaks ties.

    Empty filters match everything; dates are inclusive; `cursor` wins over `offset`.
    """

    statuses: tuple[IncidentStatus, ...] = ()
    severities: tuple[Severity, ...] = ()
    types: tuple[str, ...] = ()
    from_date: UtcDatetime | None = None
    to_date: UtcDatetime | None = None
    camera_id: str | None = None
    text: str | None = None
    limit: int = Field(default=100, ge=1, le=1000)
    offset: int = Field(default=0, ge=0)
    cursor: str | None = None


class IncidentPage(Value):
    """One page and the count of all matches."""

    total: int
    incidents: tuple[Incident, ...]
    has_more: bool
    next_cursor: str | None = None


class CleanupRequest(Value):
    """Forget incidents created more than `days` days ago."""

    days: int = Field(default=30, ge=1, le=36500)
    keep_open: bool = False
    dry_run: bool = False
