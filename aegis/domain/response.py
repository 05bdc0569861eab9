"""What is done about an incident."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from aegis.domain.value import UtcDatetime, Value


class ActionType(StrEnum):
    """The six actions of the contract, each with the sentence that recommends it."""

    ALERT_SECURITY = "alert_security"
    ALERT_AUTHORITIES = "alert_authorities"
    LOCK_DOORS = "lock_doors"
    SOUND_ALARM = "sound_alarm"
    RECORD_EVIDENCE = "record_evidence"
    INCREASE_MONITORING = "increase_monitoring"

    @property
    def sentence(self) -> str:
        """The recommendation as the contract words it, e.g. `Alert security personnel`."""
        return _SENTENCES[self]


_SENTENCES = {
    ActionType.ALERT_SECURITY: "Alert security personnel",
    ActionType.ALERT_AUTHORITIES: "Contact law enforcement",
    ActionType.LOCK_DOORS: "Engage security locks",
    ActionType.SOUND_ALARM: "Activate alarm system",
    ActionType.RECORD_EVIDENCE: "Record interaction for review",
    ActionType.INCREASE_MONITORING: "Increase camera focus on subject",
}


class ResponseStep(Value):
    """One step of a plan; priority 1 is the most urgent."""

    step: int = Field(ge=1)
    action: ActionType
    priority: int = Field(ge=1, le=5)
    parameters: dict[str, Any] = {}
    reasoning: str
    requires_approval: bool = False


class ResponsePlan(Value):
    """The steps a playbook lays down for an incident.

    rule: whose incident it is a plan for, where that is known: it is no plan for the graver
    event that took the incident over meanwhile.
    """

    playbook: str
    steps: tuple[ResponseStep, ...] = ()
    policy_version: str = ""
    rule: str | None = None

    @property
    def recommended_actions(self) -> tuple[str, ...]:
        """The steps as sentences, in order, each once."""
        return tuple(dict.fromkeys(step.action.sentence for step in self.steps))


class ActionStatus(StrEnum):
    """How far an action has come."""

    PENDING_APPROVAL = "pending_approval"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    REVERTED = "reverted"


class ActionRequest(Value):
    """Somebody asks for an action now; `requested_by` is None for a step of a plan.

    request_digest: of the request's body, when the key is the caller's own.
    """

    action: ActionType
    incident_id: str
    parameters: dict[str, Any] = {}
    idempotency_key: str
    request_digest: str | None = None
    requested_by: str | None = None


class ActionRecord(Value):
    """An action and its true outcome, kept with the incident."""

    action_id: str
    action: ActionType
    status: ActionStatus
    timestamp: UtcDatetime
    parameters: dict[str, Any] = {}
    result: dict[str, Any] = {}
    requested_by: str | None = None
