"""What can happen to an incident; one frozen payload for each kind of journal entry.

These models are what is on disk: a field may be added with a default, never renamed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from aegis.domain.assessment import Assessment, Severity
from aegis.domain.incident import EvidenceFrame, StatusUpdate
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.value import UtcDatetime, Value


class _Numbered(Value):
    """revision: the how-manieth record of its incident, from 1 on; 0 in the oldest journals."""

    revision: int = 0


class IncidentOpened(_Numbered):
    """A frame showed something new."""

    kind: ClassVar[str] = "incident_opened"

    assessment: Assessment
    evidence_path: str | None = None
    evidence_sha256: str | None = None
    evidence_strip: tuple[EvidenceFrame, ...] = ()
    thumbnail_path: str | None = None


class IncidentExtended(_Numbered):
    """Another frame showed the same.

    reasoning: how the event went on, when the frame says so; it replaces the words before.
    account: the whole judgement, when this frame tells it better than those before.
    evidence_path, evidence_sha256: there only when this frame's picture is kept from now on.
    evidence_strip: the whole strip from now on; None: it stays.
    told: the judgement as this frame's caller was told it, without facts; there only when it
    came under an idempotency key and `account` does not say it.
    camera_id: there only when this camera shows it for the first time; place_key: then, and
    when it takes over; grouping_key: there only when it is new to the incident.
    takes_over: `account` is of a graver event, of which the one so far was a part; it needs a
    plan of its own.
    """

    kind: ClassVar[str] = "incident_extended"

    captured_at: UtcDatetime
    severity: Severity
    confidence: float
    reasoning: str | None = None
    account: Assessment | None = None
    told: Assessment | None = None
    evidence_path: str | None = None
    evidence_sha256: str | None = None
    evidence_strip: tuple[EvidenceFrame, ...] | None = None
    thumbnail_path: str | None = None
    camera_id: str | None = None
    place_key: str | None = None
    grouping_key: str | None = None
    takes_over: bool = False


class PlanAttached(_Numbered):
    """A playbook's plan; the first one stands, until a graver event takes the incident over."""

    kind: ClassVar[str] = "plan_attached"

    plan: ResponsePlan


class StatusChanged(_Numbered):
    """An operator decided."""

    kind: ClassVar[str] = "status_changed"

    update: StatusUpdate


class ActionRecorded(_Numbered):
    """An action reached a state; later states of one action replace the earlier."""

    kind: ClassVar[str] = "action_recorded"

    action: ActionRecord


class IncidentDeleted(_Numbered):
    """The incident is forgotten, its evidence too."""

    kind: ClassVar[str] = "incident_deleted"

    created_before: UtcDatetime


class HoldPlaced(_Numbered):
    """Nothing of the incident may go from now on."""

    kind: ClassVar[str] = "hold_placed"

    reason: str | None = None
    placed_by: str | None = None


class HoldReleased(_Numbered):
    """The incident is like any other again."""

    kind: ClassVar[str] = "hold_released"

    released_by: str | None = None


class EvidenceEvicted(_Numbered):
    """The pictures had to make room; hashes and words stay in the journal."""

    kind: ClassVar[str] = "evidence_evicted"


Change = (
    IncidentOpened
    | IncidentExtended
    | PlanAttached
    | StatusChanged
    | ActionRecorded
    | IncidentDeleted
    | HoldPlaced
    | HoldReleased
    | EvidenceEvicted
)

CHANGES: Mapping[str, type[Change]] = MappingProxyType(
    {
        change.kind: change
        for change in (
            IncidentOpened,
            IncidentExtended,
            PlanAttached,
            StatusChanged,
            ActionRecorded,
            IncidentDeleted,
            HoldPlaced,
            HoldReleased,
            EvidenceEvicted,
        )
    }
)
"""Every kind of change by its name in the journal."""
