"""What can be asked of the memory that changes it; each decides on a batch and is done once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, Recorded, StatusUpdate
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.errors import IncidentNotFound, ValidationFailed
from data.batch import Batch, Outcome
from data.change import (
    ActionRecorded,
    EvidenceEvicted,
    HoldPlaced,
    HoldReleased,
    IncidentDeleted,
    IncidentExtended,
    IncidentOpened,
    PlanAttached,
    StatusChanged,
)
from data.evidence import Picture
from data.grouping import gap_s, goes_on, is_settled, place_key, tells_better
from data.mark import Mark
from data.strip import Strip, make_strip, prolong_strip

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
    incident is as it stands now, so that the caller sees a plan attached since. What has
    been judged for long and has not moved is noted twice in a quiet gap, not with each frame.
    strip: small pictures of the moments up to the frame, the last of the frame itself.
    request_digest: of the body that came under the caller's own key; None: it gave none.
    """

    assessment: Assessment
    evidence: bytes | None
    key: str
    strip: tuple[StripFrame, ...] = ()
    request_digest: str | None = None

    def decide(self, batch: Batch) -> Recorded:
        """Look the key up, then group; raises ValidationFailed for the key of another body."""
        key = _frame_key(self.key)
        kept = batch.kept_under(key, self.request_digest)
        if kept is None:
            incident = batch.group_of(self.assessment)
            if incident is None:
                self._open(batch, key)
            elif self._is_old_news(incident):
                return Recorded(incident=incident, is_new=False)
            else:
                self._extend(batch, incident, key)
            kept = batch.outcome_of(key)
        if kept is None:
            raise IncidentNotFound
        return _recorded(kept, batch)

    def _is_old_news(self, incident: Incident) -> bool:
        recent = gap_s(incident, self.assessment.captured_at) < self.assessment.quiet_gap_s / 2
        return recent and is_settled(incident, self.assessment)

    def _open(self, batch: Batch, key: str) -> None:
        seen, incident_id = self.assessment, batch.next_id()
        picture = self._picture(incident_id, seen.captured_at)
        strip = make_strip(incident_id, seen.captured_at, self.strip)
        change = IncidentOpened(
            assessment=seen,
            evidence_path=picture and picture.path,
            evidence_sha256=picture and picture.sha256,
            evidence_strip=strip.frames,
            thumbnail_path=strip.thumbnail_path,
        )
        batch.open(incident_id, change, key, self.request_digest)
        _show(batch, picture, strip)

    def _extend(self, batch: Batch, incident: Incident, key: str) -> None:
        seen = self.assessment
        is_better = tells_better(incident, seen)
        is_wanted = is_better or incident.evidence_path is None
        picture = self._picture(incident.id, incident.timestamp) if is_wanted else None
        strip = (
            make_strip(incident.id, incident.timestamp, self.strip)
            if picture
            else prolong_strip(incident, self.strip)
        )
        is_new_camera = seen.camera_id is not None and seen.camera_id not in incident.cameras
        is_new_key = seen.grouping_key not in incident.grouping_keys
        change = IncidentExtended(
            captured_at=seen.captured_at,
            severity=seen.severity,
            confidence=seen.confidence,
            reasoning=seen.reasoning if goes_on(incident, seen) else None,
            account=seen if is_better else None,
            told=None if is_better or not self.request_digest else _without_facts(seen),
            evidence_path=picture and picture.path,
            evidence_sha256=picture and picture.sha256,
            evidence_strip=strip.frames if strip else None,
            thumbnail_path=strip.thumbnail_path if strip and picture else None,
            camera_id=seen.camera_id if is_new_camera else None,
            place_key=place_key(seen) if is_new_camera else None,
            grouping_key=seen.grouping_key if is_new_key else None,
        )
        batch.add(incident.id, change, key, self.request_digest)
        _show(batch, picture, strip)
        batch.hide(incident.pictures)

    def _picture(self, incident_id: str, timestamp: datetime) -> Picture | None:
        return None if self.evidence is None else Picture.of(incident_id, timestamp, self.evidence)


@dataclass(frozen=True, slots=True)
class RecallFrame:
    """What was recorded for a frame under its caller's key before, if anything."""

    key: str
    request_digest: str

    def decide(self, batch: Batch) -> Recorded | None:
        """Adds nothing; raises ValidationFailed for the key of another body."""
        kept = batch.kept_under(_frame_key(self.key), self.request_digest)
        return _recorded(kept, batch) if kept else None


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


def _show(batch: Batch, picture: Picture | None, strip: Strip | None) -> None:
    for shown in (*([picture] if picture else []), *(strip.pictures if strip else ())):
        batch.show(shown)


def _frame_key(key: str) -> str:
    return f"record:{key}"


def _recorded(kept: Outcome, batch: Batch) -> Recorded:
    """The incident as it stands, or as it stood when it is gone; the judgement as it was told."""
    incident = batch.get(kept.incident_id) or kept.incident
    if incident is None:
        raise IncidentNotFound
    change, told = kept.change, None
    if isinstance(change, IncidentOpened):
        told = change.assessment
    elif isinstance(change, IncidentExtended):
        told = change.account or change.told
    is_new = isinstance(change, IncidentOpened)
    return Recorded(incident=incident, is_new=is_new, assessment=told)


def _without_facts(seen: Assessment) -> Assessment:
    return seen.model_copy(update={"facts": {}})
