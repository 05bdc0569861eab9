"""What can be asked of the memory that changes it; each decides on a batch and is done once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from aegis.domain.incident import Incident, StatusUpdate
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.errors import ValidationFailed
from data.batch import Batch
from data.change import (
    ActionRecorded,
    EvidenceEvicted,
    HoldPlaced,
    HoldReleased,
    IncidentDeleted,
    PlanAttached,
    StatusChanged,
)
from data.mark import Mark

Answer_co = TypeVar("Answer_co", covariant=True)
"""What a command answers."""


class Command(Protocol[Answer_co]):
    """A change somebody wants."""

    def decide(self, batch: Batch) -> Answer_co:
        """Add entries to the batch and say what to answer once they are durable."""


@dataclass(frozen=True, slots=True)
class AttachPlan:
    """Keep a plan with its incident; the first one stands.

    One for a lesser event than the incident has become meanwhile is not kept.
    """

    incident_id: str
    plan: ResponsePlan

    def decide(self, batch: Batch) -> Incident:
        """Raises IncidentNotFound."""
        incident = batch.demand(self.incident_id)
        if incident.response_plan is None and self.plan.rule in (None, incident.rule):
            batch.add(self.incident_id, PlanAttached(plan=self.plan))
        return batch.demand(self.incident_id)


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """Keep an operator's decision; a key seen before gives the incident as it was then."""

    incident_id: str
    update: StatusUpdate
    key: str
    request_digest: str | None = None

    def decide(self, batch: Batch) -> Incident:
        """Raises IncidentNotFound, or ValidationFailed for a key of another decision."""
        key, change = f"status:{self.key}", StatusChanged(update=self.update)
        kept = batch.kept_under(key, self.request_digest)
        if kept is None:
            batch.demand(self.incident_id)
            batch.add(self.incident_id, change, key, self.request_digest)
            return batch.demand(self.incident_id)
        is_same = (
            kept.incident_id == self.incident_id
            and isinstance(kept.change, StatusChanged)
            and kept.change.update == self.update
        )
        if kept.incident is None or not is_same:
            raise ValidationFailed("This idempotency key belongs to another status change")
        return kept.incident


@dataclass(frozen=True, slots=True)
class RecordAction:
    """Keep an action's outcome; a key seen before gives the outcome kept then."""

    incident_id: str
    action: ActionRecord
    key: str
    request_digest: str | None = None

    def decide(self, batch: Batch) -> ActionRecord:
        """Raises IncidentNotFound, or ValidationFailed for a key of another action."""
        key = f"action:{self.key}"
        kept = batch.kept_under(key, self.request_digest)
        if kept is None:
            batch.demand(self.incident_id)
            change = ActionRecorded(action=self.action)
            batch.add(self.incident_id, change, key, self.request_digest)
            return self.action
        if (
            kept.incident_id != self.incident_id
            or not isinstance(kept.change, ActionRecorded)
            or kept.change.action.action is not self.action.action
        ):
            raise ValidationFailed("This idempotency key belongs to another action")
        return kept.change.action


@dataclass(frozen=True, slots=True)
class DeleteIncidents:
    """Forget those of the incidents that are still as old, and as closed, as asked."""

    incident_ids: tuple[str, ...]
    created_before: datetime
    keep_open: bool

    def decide(self, batch: Batch) -> int:
        """How many are forgotten."""
        found = [incident for incident in map(batch.get, self.incident_ids) if incident]
        doomed = [incident for incident in found if incident.hold is None]
        if self.keep_open:
            doomed = [incident for incident in doomed if not incident.is_open]
        for incident in doomed:
            batch.add(incident.id, IncidentDeleted(created_before=self.created_before))
            batch.hide(incident.pictures)
        return len(doomed)


@dataclass(frozen=True, slots=True)
class SetHold:
    """Place a legal hold, or release it; a key seen before gives the incident as it was then."""

    incident_id: str
    change: HoldPlaced | HoldReleased
    key: str
    request_digest: str | None = None

    def decide(self, batch: Batch) -> Incident:
        """Raises IncidentNotFound, or ValidationFailed for a key of something else."""
        key = f"hold:{self.key}"
        kept = batch.kept_under(key, self.request_digest)
        if kept is None:
            incident = batch.demand(self.incident_id)
            is_held = incident.hold is not None
            # A caller's own key is kept even when it releases nothing: it means this request.
            if isinstance(self.change, HoldPlaced) or is_held or self.request_digest:
                batch.add(self.incident_id, self.change, key, self.request_digest)
            return batch.demand(self.incident_id)
        is_same = kept.incident_id == self.incident_id and type(kept.change) is type(self.change)
        if kept.incident is None or not is_same:
            raise ValidationFailed("This idempotency key belongs to something else")
        return kept.incident


@dataclass(frozen=True, slots=True)
class EvictEvidence:
    """Take the pictures of those incidents that are still closed and under no hold."""

    incident_ids: tuple[str, ...]

    def decide(self, batch: Batch) -> int:
        """How many incidents lose their pictures."""
        found = [incident for incident in map(batch.get, self.incident_ids) if incident]
        evicted = [
            incident
            for incident in found
            if incident.pictures and not incident.is_open and incident.hold is None
        ]
        for incident in evicted:
            batch.add(incident.id, EvidenceEvicted())
            batch.hide(incident.pictures)
        return len(evicted)


@dataclass(frozen=True, slots=True)
class KeepMark:
    """Keep a mark about a subject that is no incident; once for each key."""

    subject: str
    mark: Mark
    key: str

    def decide(self, batch: Batch) -> bool:
        """Whether it is new; raises ValidationFailed for a key of another mark."""
        key = f"mark:{self.key}"
        kept = batch.marked_under(key)
        if kept is None:
            batch.mark(self.subject, self.mark, key)
            return True
        kind, subject, payload = kept
        if (kind, subject) != (self.mark.kind, self.subject) or self._differs_from(payload):
            raise ValidationFailed("This idempotency key belongs to another mark")
        return False

    def _differs_from(self, payload: str) -> bool:
        return type(self.mark).model_validate_json(payload) != self.mark
