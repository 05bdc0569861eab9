"""What can happen to an incident; one frozen payload for each kind of journal entry.

These models are what is on disk: a field may be added with a default, never renamed.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

from aegis.domain.assessment import Assessment, Severity
from aegis.domain.incident import StatusUpdate
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.value import UtcDatetime, Value


class IncidentOpened(Value):
    """A frame showed something new."""

    kind: ClassVar[str] = "incident_opened"

    assessment: Assessment
    evidence_path: str | None = None
    evidence_sha256: str | None = None


class IncidentExtended(Value):
    """Another frame showed the same.

    reasoning: how the event went on, when the frame says so; it replaces the words before.
    account: the whole judgement, when this frame tells it better than those before.
    evidence_path, evidence_sha256: there only when this frame's picture is kept from now on.
    """

    kind: ClassVar[str] = "incident_extended"

    captured_at: UtcDatetime
    severity: Severity
    confidence: float
    reasoning: str | None = None
    account: Assessment | None = None
    evidence_path: str | None = None
    evidence_sha256: str | None = None


class PlanAttached(Value):
    """A playbook's plan; the first one stands."""

    kind: ClassVar[str] = "plan_attached"

    plan: ResponsePlan


class StatusChanged(Value):
    """An operator decided."""

    kind: ClassVar[str] = "status_changed"

    update: StatusUpdate


class ActionRecorded(Value):
    """An action reached a state; later states of one action replace the earlier."""

    kind: ClassVar[str] = "action_recorded"

    action: ActionRecord


class IncidentDeleted(Value):
    """The incident is forgotten, its evidence too."""

    kind: ClassVar[str] = "incident_deleted"

    created_before: UtcDatetime


Change = (
    IncidentOpened
    | IncidentExtended
    | PlanAttached
    | StatusChanged
    | ActionRecorded
    | IncidentDeleted
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
        )
    }
)
"""Every kind of change by its name in the journal."""
