"""A store that forgets everything when the process ends."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import (
    CleanupRequest,
    EvidenceFrame,
    Hold,
    HoldRequest,
    Incident,
    IncidentPage,
    IncidentQuery,
    IncidentStatus,
    Recorded,
    StatusChange,
    StatusUpdate,
)
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.statistics import IncidentStatistics
from aegis.errors import IncidentNotFound, NotFound, ValidationFailed


def _utc_now() -> datetime:
    return datetime.now(UTC)


class InMemoryStore:
    """The whole behaviour of the incident store but for the disk; `Store` by shape."""

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        self._now = clock
        self._next_number = 1
        self._incidents: dict[str, Incident] = {}
        self._evidence: dict[str, bytes] = {}
        self._recorded: dict[str, Recorded] = {}
        self._updated: dict[str, Incident] = {}
        self._actions: dict[str, ActionRecord] = {}
        self._digests: dict[str, str] = {}

    async def record(
        self,
        assessment: Assessment,
        evidence: bytes | None,
        idempotency_key: str,
        strip: tuple[StripFrame, ...] = (),
        request_digest: str | None = None,
    ) -> Recorded:
        """Open an incident, or extend the one with the same grouping key within its gap.

        Of the strip it keeps what an incident opens with.
        """
        if known := self._recall(f"record:{idempotency_key}", request_digest):
            return known
        group = self._find_group(assessment)
        if group:
            incident = self._extend(group, assessment)
        else:
            incident = self._open(assessment, evidence, strip)
        self._incidents[incident.id] = incident
        recorded = Recorded(incident=incident, is_new=group is None, assessment=assessment)
        self._recorded[f"record:{idempotency_key}"] = recorded
        return recorded

    async def recall(self, idempotency_key: str, request_digest: str) -> Recorded | None:
        """What was recorded under this key before."""
        return self._recall(f"record:{idempotency_key}", request_digest)

    async def attach_plan(self, incident_id: str, plan: ResponsePlan) -> Incident:
        """Keep the plan; the first one wins."""
        incident = await self.get(incident_id)
        if incident.response_plan is not None:
            return incident
        return self._change(incident, response_plan=plan)

    async def update_status(
        self,
        incident_id: str,
        update: StatusUpdate,
        idempotency_key: str,
        request_digest: str | None = None,
    ) -> Incident:
        """Keep a decision, once for each key."""
        incident = await self.get(incident_id)
        self._check_digest(f"status:{idempotency_key}", request_digest)
        if idempotency_key in self._updated:
            return self._updated[idempotency_key]
        change = StatusChange(**dict(update), changed_at=self._now())
        self._updated[idempotency_key] = changed = self._change(
            incident,
            status=update.status,
            notes=update.notes if update.notes is not None else incident.notes,
            resolved_by=update.resolved_by or incident.resolved_by,
            status_history=(*incident.status_history, change),
        )
        return changed

    async def record_action(
        self, incident_id: str, action: ActionRecord, key: str, request_digest: str | None = None
    ) -> ActionRecord:
        """Keep an outcome; a key seen before gives the outcome kept then."""
        incident = await self.get(incident_id)
        self._check_digest(f"action:{key}", request_digest)
        if key in self._actions:
            return self._actions[key]
        self._actions[key] = action
        self._change(incident, actions_taken=(*incident.actions_taken, action))
        return action

    async def set_hold(
        self, incident_id: str, request: HoldRequest, key: str, request_digest: str | None = None
    ) -> Incident:
        """Place a hold or release it, once for each key."""
        incident = await self.get(incident_id)
        self._check_digest(f"hold:{key}", request_digest)
        if (known := self._updated.get(f"hold:{key}")) is not None:
            return known
        hold = Hold(reason=request.reason, placed_by=request.by, placed_at=self._now())
        changed = self._change(incident, hold=hold if request.is_held else None)
        self._updated[f"hold:{key}"] = changed
        return changed

    async def get(self, incident_id: str) -> Incident:
        """Raises IncidentNotFound."""
        try:
            return self._incidents[incident_id]
        except KeyError:
            raise IncidentNotFound("There is no such incident") from None

    async def find(self, query: IncidentQuery) -> IncidentPage:
        """A page; the cursor names the last incident shown."""
        matching = [it for it in self._incidents.values() if _matches(it, query)]
        ordered = sorted(matching, key=_position, reverse=True)
        if query.cursor is not None:
            last = _read_cursor(query.cursor)
            rest = [it for it in ordered if _position(it) < last]
        else:
            rest = ordered[query.offset :]
        shown = tuple(rest[: query.limit])
        has_more = len(rest) > len(shown)
        return IncidentPage(
            total=len(ordered),
            incidents=shown,
            has_more=has_more,
            next_cursor=_make_cursor(shown[-1]) if has_more else None,
        )

    async def cleanup(self, request: CleanupRequest) -> int:
        """How many were created before, and are deleted unless it is a dry run."""
        created_before = self._now() - timedelta(days=request.days)
        old = [
            it
            for it in self._incidents.values()
            if it.created_at < created_before
            and it.hold is None
            and not (request.keep_open and it.is_open)
        ]
        for incident in () if request.dry_run else old:
            del self._incidents[incident.id]
            self._evidence.pop(incident.evidence_path or "", None)
        return len(old)

    async def statistics(self) -> IncidentStatistics:
        """Counts over all kept incidents, days and weeks in UTC."""
        kept = list(self._incidents.values())
        today = self._now().date()
        false = sum(it.status is IncidentStatus.FALSE_POSITIVE for it in kept)
        return IncidentStatistics(
            total_incidents=len(kept),
            active_incidents=sum(it.status is IncidentStatus.ACTIVE for it in kept),
            open_incidents=sum(it.is_open for it in kept),
            incidents_today=sum(it.created_at.date() == today for it in kept),
            incidents_this_week=sum(
                it.created_at.isocalendar()[:2] == today.isocalendar()[:2] for it in kept
            ),
            incidents_by_severity={
                word.value: sum(it.severity is word for it in kept) for word in Severity
            },
            incidents_by_type={
                word.value: sum(it.type is word for it in kept) for word in IncidentType
            },
            average_confidence=sum(it.confidence for it in kept) / max(len(kept), 1),
            false_positive_rate=false / max(len(kept), 1),
        )

    async def read_evidence(self, evidence_path: str) -> bytes:
        """Raises NotFound."""
        try:
            return self._evidence[evidence_path]
        except KeyError:
            raise NotFound("There is no such evidence") from None

    def _recall(self, key: str, request_digest: str | None) -> Recorded | None:
        self._check_digest(key, request_digest)
        known = self._recorded.get(key)
        now = self._incidents.get(known.incident.id) if known else None
        return known.model_copy(update={"incident": now}) if known and now else known

    def _check_digest(self, key: str, request_digest: str | None) -> None:
        if request_digest and self._digests.setdefault(key, request_digest) != request_digest:
            raise ValidationFailed("This idempotency key was used with another body")

    def _find_group(self, assessment: Assessment) -> Incident | None:
        gap = timedelta(seconds=assessment.quiet_gap_s)
        moment = assessment.captured_at
        for incident in reversed(self._incidents.values()):
            is_near = incident.first_seen - gap <= moment <= incident.last_seen + gap
            if is_near and incident.grouping_key == assessment.grouping_key is not None:
                return incident
        return None

    def _open(
        self, assessment: Assessment, evidence: bytes | None, strip: tuple[StripFrame, ...]
    ) -> Incident:
        now, incident_id = self._now(), f"incident_{self._next_number}"
        self._next_number += 1
        path = f"/evidence/{now:%Y-%m-%d}/{incident_id}.jpg" if evidence else None
        if path and evidence:
            self._evidence[path] = evidence
        frames = [self._keep(frame, f"/evidence/{now:%Y-%m-%d}/{incident_id}") for frame in strip]
        same = assessment.model_dump(include=set(Incident.model_fields))
        return Incident.model_validate(
            same
            | {
                "id": incident_id,
                "timestamp": assessment.captured_at,
                "cameras": (assessment.camera_id,) if assessment.camera_id else (),
                "first_seen": assessment.captured_at,
                "last_seen": assessment.captured_at,
                "created_at": now,
                "updated_at": now,
                "evidence_path": path,
                "evidence_sha256": hashlib.sha256(evidence).hexdigest() if evidence else None,
                "evidence_strip": frames,
                "thumbnail_path": frames[-1].path if frames else None,
            }
        )

    def _keep(self, frame: StripFrame, stem: str) -> EvidenceFrame:
        sha256 = hashlib.sha256(frame.jpeg).hexdigest()
        path = f"{stem}.{sha256[:16]}.jpg"
        self._evidence[path] = frame.jpeg
        return EvidenceFrame(captured_at=frame.captured_at, path=path, sha256=sha256)

    def _extend(self, incident: Incident, assessment: Assessment) -> Incident:
        return self._change(
            incident,
            frame_count=incident.frame_count + 1,
            first_seen=min(incident.first_seen, assessment.captured_at),
            last_seen=max(incident.last_seen, assessment.captured_at),
            severity=max(incident.severity, assessment.severity, key=lambda it: it.rank),
            confidence=max(incident.confidence, assessment.confidence),
        )

    def _change(self, incident: Incident, **changes: object) -> Incident:
        changed = incident.model_copy(update={**changes, "updated_at": self._now()})
        self._incidents[incident.id] = changed
        return changed


def _matches(incident: Incident, query: IncidentQuery) -> bool:
    told = [incident.reasoning, incident.notes or ""]
    told += [f"{it.description} {it.behavior} {it.location}" for it in incident.subjects]
    return (
        (not query.statuses or incident.status in query.statuses)
        and (not query.severities or incident.severity in query.severities)
        and (not query.types or incident.type in query.types)
        and (query.from_date is None or incident.timestamp >= query.from_date)
        and (query.to_date is None or incident.timestamp <= query.to_date)
        and (query.camera_id is None or query.camera_id in incident.cameras)
        and (query.text is None or query.text.casefold() in "\n".join(told).casefold())
    )


def _position(incident: Incident) -> tuple[datetime, int]:
    return incident.timestamp, int(incident.id.removeprefix("incident_"))


def _make_cursor(incident: Incident) -> str:
    moment, number = _position(incident)
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {number}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        moment, number = base64.urlsafe_b64decode(cursor.encode("ascii")).decode().rsplit(" ", 1)
        return datetime.fromisoformat(moment), int(number)
    except (ValueError, binascii.Error) as error:
        raise ValidationFailed("This cursor is not ours", {"field": "cursor"}) from error
