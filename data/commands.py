"""What can be asked of the memory that changes it; each decides on a batch and is done once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, Recorded, StatusUpdate
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.errors import IncidentNotFound, ValidationFailed
from data.batch import Batch
from data.change import (
    ActionRecorded,
    IncidentDeleted,
    IncidentExtended,
    IncidentOpened,
    PlanAttached,
    StatusChanged,
)
from data.evidence import Picture
from data.grouping import goes_on, tells_better
from data.mark import Mark

Answer_co = TypeVar("Answer_co", covariant=True)
"""What a command answers."""


class Command(Protocol[Answer_co]):
    """A change somebody wants."""

    def decide(self, batch: Batch) -> Answer_co:
        """Add entries to the batch and say what to answer once they are durable."""


@dataclass(frozen=True, slots=True)
class RecordFrame:
    """Open an incident for a frame, or extend the one it belongs to.

    A key seen before gives the same incident and the same `is_new`, and counts nothing; the
    incident is as it stands now, so that the caller sees a plan attached since.
    """

    assessment: Assessment
    evidence: bytes | None
    key: str

    def decide(self, batch: Batch) -> Recorded:
        """Look the key up, then group."""
        key = f"record:{self.key}"
        kept = batch.outcome_of(key)
        if kept is None:
            incident = batch.group_of(self.assessment)
            if incident is None:
                self._open(batch, key)
            else:
                self._extend(batch, incident, key)
            kept = batch.outcome_of(key)
        now = batch.get(kept.incident_id) if kept else None
        if kept is None or (incident := now or kept.incident) is None:
            raise IncidentNotFound
        return Recorded(incident=incident, is_new=isinstance(kept.change, IncidentOpened))

    def _open(self, batch: Batch, key: str) -> None:
        seen, incident_id = self.assessment, batch.next_id()
        picture = self._picture(incident_id, seen.captured_at)
        change = IncidentOpened(
            assessment=seen,
            evidence_path=picture and picture.path,
            evidence_sha256=picture and picture.sha256,
        )
        batch.open(incident_id, change, seen.grouping_key, key)
        if picture:
            batch.show(picture)

    def _extend(self, batch: Batch, incident: Incident, key: str) -> None:
        seen = self.assessment
        is_better = tells_better(incident, seen)
        is_wanted = is_better or incident.evidence_path is None
        picture = self._picture(incident.id, incident.timestamp) if is_wanted else None
        change = IncidentExtended(
            captured_at=seen.captured_at,
            severity=seen.severity,
            confidence=seen.confidence,
            reasoning=seen.reasoning if goes_on(incident, seen) else None,
            account=seen if is_better else None,
            evidence_path=picture and picture.path,
            evidence_sha256=picture and picture.sha256,
        )
        batch.add(incident.id, change, key)
        if picture:
            batch.show(picture)

    def _picture(self, incident_id: str, timestamp: datetime) -> Picture | None:
        return None if self.evidence is None else Picture.of(incident_id, timestamp, self.evidence)


@dataclass(frozen=True, slots=True)
class AttachPlan:
    """Keep a plan with its incident; the first one stands."""

    incident_id: str
    plan: ResponsePlan

    def decide(self, batch: Batch) -> Incident:
        """Raises IncidentNotFound."""
        incident = batch.demand(self.incident_id)
        if incident.response_plan is None:
            batch.add(self.incident_id, PlanAttached(plan=self.plan))
        return batch.demand(self.incident_id)


@dataclass(frozen=True, slots=True)
class UpdateStatus:
    """Keep an operator's decision; a key seen before gives the incident as it was then."""

    incident_id: str
    update: StatusUpdate
    key: str

    def decide(self, batch: Batch) -> Incident:
        """Raises IncidentNotFound, or ValidationFailed for a key of another decision."""
        key, change = f"status:{self.key}", StatusChanged(update=self.update)
        kept = batch.outcome_of(key)
        if kept is None:
            batch.demand(self.incident_id)
            batch.add(self.incident_id, change, key)
            return batch.demand(self.incident_id)
        if kept.incident is None or (kept.incident_id, kept.change) != (self.incident_id, change):
            raise ValidationFailed("This idempotency key belongs to another status change")
        return kept.incident


@dataclass(frozen=True, slots=True)
class RecordAction:
    """Keep an action's outcome; a key seen before gives the outcome kept then."""

    incident_id: str
    action: ActionRecord
    key: str

    def decide(self, batch: Batch) -> ActionRecord:
        """Raises IncidentNotFound, or ValidationFailed for a key of another action."""
        key = f"action:{self.key}"
        kept = batch.outcome_of(key)
        if kept is None:
            batch.demand(self.incident_id)
            batch.add(self.incident_id, ActionRecorded(action=self.action), key)
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
        doomed = [incident for incident in map(batch.get, self.incident_ids) if incident]
        if self.keep_open:
            doomed = [incident for incident in doomed if not incident.is_open]
        for incident in doomed:
            batch.add(incident.id, IncidentDeleted(created_before=self.created_before))
            if incident.evidence_path:
                batch.removed.append(incident.evidence_path)
        return len(doomed)


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
