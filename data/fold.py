"""How entries make an incident; the live path and every rebuild go through here."""

from collections.abc import Iterable
from datetime import datetime

from aegis.domain.assessment import Assessment, Severity
from aegis.domain.incident import Hold, Incident, StatusChange, StatusUpdate
from aegis.domain.response import ActionRecord
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
from data.entry import Entry

_KEYS = 16
"""So many of an incident's latest grouping keys are remembered."""


def fold(incident: Incident | None, entry: Entry) -> Incident | None:
    """The incident after the entry; None before it was opened and after it was deleted."""
    change, at = entry.change, entry.recorded_at
    if isinstance(change, IncidentOpened):
        return _open(entry.incident_id, change, at)
    if incident is None or isinstance(change, IncidentDeleted):
        return None
    changed = _change(incident, entry)
    return changed.model_copy(update={"revision": incident.revision + 1})


def _change(incident: Incident, entry: Entry) -> Incident:
    change, at = entry.change, entry.recorded_at
    match change:
        case IncidentExtended():
            return _extend(incident, change, at)
        case PlanAttached():
            planned = {"response_plan": change.plan, "updated_at": at}
            return incident if incident.response_plan else incident.model_copy(update=planned)
        case StatusChanged():
            return _decide(incident, change.update, at)
        case ActionRecorded():
            return _act(incident, change.action, at)
        case HoldPlaced():
            hold = Hold(reason=change.reason, placed_by=change.placed_by, placed_at=at)
            return incident.model_copy(update={"hold": hold, "updated_at": at})
        case HoldReleased():
            return incident.model_copy(update={"hold": None, "updated_at": at})
        case EvidenceEvicted():
            return incident.model_copy(update=_without_pictures(at))
        case IncidentOpened() | IncidentDeleted():
            return incident


def fold_all(entries: Iterable[Entry]) -> Incident | None:
    """The incident that all its entries make, oldest first."""
    incident = None
    for entry in entries:
        incident = fold(incident, entry)
    return incident


def _open(incident_id: str, change: IncidentOpened, at: datetime) -> Incident:
    seen = change.assessment
    return Incident(
        id=incident_id,
        timestamp=seen.captured_at,
        severity=seen.severity,
        confidence=seen.confidence,
        camera_id=seen.camera_id,
        location=seen.location,
        evidence_path=change.evidence_path,
        evidence_sha256=change.evidence_sha256,
        evidence_strip=change.evidence_strip,
        thumbnail_path=change.thumbnail_path,
        revision=1,
        created_at=at,
        updated_at=at,
        first_seen=seen.captured_at,
        last_seen=seen.captured_at,
        grouping_key=seen.grouping_key,
        grouping_keys=() if seen.grouping_key is None else (seen.grouping_key,),
        cameras=() if seen.camera_id is None else (seen.camera_id,),
        quiet_gap_s=seen.quiet_gap_s,
        max_duration_s=seen.max_duration_s,
        **_account(seen),
    )


def _account(seen: Assessment) -> dict[str, object]:
    """What tells the event: taken over together, so that text, boxes and picture agree."""
    return {
        "type": seen.type,
        "subtype": seen.subtype,
        "reasoning": seen.reasoning,
        "subjects": seen.subjects,
        "rule": seen.rule,
        "policy_version": seen.policy_version,
        "facts": seen.facts,
        "alarm_level": seen.alarm_level,
        "alarm_facts": seen.alarm_facts,
    }


def _extend(incident: Incident, change: IncidentExtended, at: datetime) -> Incident:
    update: dict[str, object] = {
        "first_seen": min(incident.first_seen, change.captured_at),
        "last_seen": max(incident.last_seen, change.captured_at),
        "frame_count": incident.frame_count + 1,
        "severity": max(incident.severity, change.severity, key=_rank),
        "confidence": max(incident.confidence, change.confidence),
        "updated_at": at,
    }
    if change.camera_id:
        update["cameras"] = (*incident.cameras, change.camera_id)
    if change.grouping_key:
        update["grouping_keys"] = (*incident.grouping_keys, change.grouping_key)[-_KEYS:]
    if change.reasoning:
        update["reasoning"] = change.reasoning
    if change.account:
        update |= _account(change.account)
        if change.takes_over:
            update |= _taken_over(change.account)
        if incident.alarm_level > change.account.alarm_level:
            update |= {"alarm_level": incident.alarm_level, "alarm_facts": incident.alarm_facts}
    if change.evidence_path:
        update |= {
            "evidence_path": change.evidence_path,
            "evidence_sha256": change.evidence_sha256,
            "thumbnail_path": change.thumbnail_path,
            "evidence_evicted_at": None,
        }
    if change.evidence_strip is not None:
        update["evidence_strip"] = change.evidence_strip
    return incident.model_copy(update=update)


def _taken_over(seen: Assessment) -> dict[str, object]:
    return {
        "confidence": seen.confidence,
        "response_plan": None,
        "quiet_gap_s": seen.quiet_gap_s,
        "max_duration_s": seen.max_duration_s,
    }


def _without_pictures(at: datetime) -> dict[str, object]:
    gone = dict.fromkeys(("evidence_path", "evidence_sha256", "thumbnail_path"))
    return {**gone, "evidence_strip": (), "evidence_evicted_at": at, "updated_at": at}


def _rank(severity: Severity) -> int:
    return severity.rank


def _decide(incident: Incident, decision: StatusUpdate, at: datetime) -> Incident:
    """A decision keeps the words of those before unless it brings its own; a repeat is none."""
    decided = incident.model_copy(
        update={
            "status": decision.status,
            "notes": incident.notes if decision.notes is None else decision.notes,
            "resolved_by": decision.resolved_by or incident.resolved_by,
        }
    )
    if decided == incident:
        return incident
    change = StatusChange(**decision.model_dump(), changed_at=at)
    return decided.model_copy(
        update={"status_history": (*incident.status_history, change), "updated_at": at}
    )


def _act(incident: Incident, action: ActionRecord, at: datetime) -> Incident:
    """A later state of an action stands where the earlier one stood."""
    ids = [taken.action_id for taken in incident.actions_taken]
    actions = list(incident.actions_taken)
    if action.action_id in ids:
        actions[ids.index(action.action_id)] = action
    else:
        actions.append(action)
    return incident.model_copy(update={"actions_taken": tuple(actions), "updated_at": at})
