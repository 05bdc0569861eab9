"""Every route of the contract as a call; both clients have a method for each."""

import base64
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import httpx

from aegis.api.schemas import (
    ActionAnswer,
    AgentsAnswer,
    Alive,
    AnalyzeResponse,
    CleanupAnswer,
    HoldAnswer,
    IncidentAnswer,
    IncidentList,
    ServiceDescription,
    StatusAnswer,
)
from aegis.client.call import Call, new_key, reads, without_none
from aegis.domain.policy import KeptPolicy, PolicyHistory, PolicyOverview, RuleDetail
from aegis.domain.proof import ProofHead
from aegis.domain.question import SqlAnswer
from aegis.domain.simulation import SimulationReport
from aegis.domain.statistics import HealthReport, SystemStatistics


def describe() -> Call[ServiceDescription]:
    """Who answers here."""
    return Call("GET", "/", reads(ServiceDescription))


def alive() -> Call[Alive]:
    """Whether the process answers."""
    return Call("GET", "/livez", reads(Alive))


def health() -> Call[HealthReport]:
    """Health of the components, when they are not well too; nothing is tried again."""
    return Call(
        "GET", "/health", reads(HealthReport), is_answer=_is_health_report, is_patient=False
    )


def analyze(
    image: bytes,
    *,
    camera_id: str | None = None,
    frame_number: int | None = None,
    timestamp: datetime | None = None,
    location: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Call[AnalyzeResponse]:
    """Judge one encoded picture (JPEG, PNG); frames are a sequence only with a camera_id.

    Raises InvalidImage, AnalysisFailed.
    """
    named = without_none(camera_id=camera_id, location=location)
    body = {
        "image": base64.b64encode(image).decode(),
        "metadata": {**(metadata or {}), **named},
        **without_none(frame_number=frame_number, timestamp=_iso(timestamp)),
    }
    key = idempotency_key or new_key()
    return Call("POST", "/api/analyze", reads(AnalyzeResponse), json=body, idempotency_key=key)


def incidents(
    *,
    status: str | Sequence[str] = (),
    severity: str | Sequence[str] = (),
    type: str | Sequence[str] = (),  # noqa: A002 - the contract's name
    from_date: datetime | None = None,
    to_date: datetime | None = None,
    camera_id: str | None = None,
    q: str | None = None,
    limit: int = 100,
    offset: int = 0,
    cursor: str | None = None,
) -> Call[IncidentList]:
    """One page of incidents, newest first; `next_cursor` of its pagination leads on."""
    parameters = without_none(
        status=status or None,
        severity=severity or None,
        type=type or None,
        from_date=_iso(from_date),
        to_date=_iso(to_date),
        camera_id=camera_id,
        q=q,
        limit=limit,
        offset=offset,
        cursor=cursor,
    )
    return Call("GET", "/api/incidents", reads(IncidentList), params=parameters)


def incident(incident_id: str) -> Call[IncidentAnswer]:
    """One incident; raises IncidentNotFound."""
    return Call("GET", f"/api/incidents/{incident_id}", reads(IncidentAnswer))


def update_status(
    incident_id: str,
    status: str,
    *,
    notes: str | None = None,
    resolved_by: str | None = None,
    idempotency_key: str | None = None,
) -> Call[StatusAnswer]:
    """Record an operator's decision; raises IncidentNotFound, ValidationFailed."""
    return Call(
        "POST",
        f"/api/incidents/{incident_id}/status",
        reads(StatusAnswer),
        json=without_none(status=status, notes=notes, resolved_by=resolved_by),
        idempotency_key=idempotency_key or new_key(),
    )


def execute(
    action_type: str,
    incident_id: str,
    parameters: Mapping[str, Any] | None = None,
    *,
    idempotency_key: str | None = None,
) -> Call[ActionAnswer]:
    """Carry out an action, by its type or by the sentence that recommends it."""
    body = {
        "action_type": action_type,
        "incident_id": incident_id,
        "parameters": dict(parameters or {}),
    }
    key = idempotency_key or new_key()
    return Call("POST", "/api/actions/execute", reads(ActionAnswer), json=body, idempotency_key=key)


def cleanup(
    days: int = 30, *, keep_open: bool = False, dry_run: bool = False
) -> Call[CleanupAnswer]:
    """Delete incidents created more than `days` days ago, with their evidence."""
    parameters = {"days": days, "keep_open": keep_open, "dry_run": dry_run}
    return Call("DELETE", "/api/incidents/cleanup", reads(CleanupAnswer), params=parameters)


def stats() -> Call[SystemStatistics]:
    """Figures over all incidents."""
    return Call("GET", "/api/stats", reads(SystemStatistics))


def agent_stats() -> Call[AgentsAnswer]:
    """Figures of both agents."""
    return Call("GET", "/api/agents/stats", reads(AgentsAnswer))


def evidence(evidence_path: str) -> Call[bytes]:
    """The JPEG behind an incident's `evidence_path`; raises NotFound."""
    return Call("GET", evidence_path, bytes)


def place_hold(
    incident_id: str,
    *,
    reason: str | None = None,
    placed_by: str | None = None,
    idempotency_key: str | None = None,
) -> Call[HoldAnswer]:
    """Forbid that the incident or its pictures are deleted; raises IncidentNotFound."""
    return Call(
        "POST",
        f"/api/incidents/{incident_id}/hold",
        reads(HoldAnswer),
        json=without_none(reason=reason, placed_by=placed_by),
        idempotency_key=idempotency_key or new_key(),
    )


def release_hold(incident_id: str, *, idempotency_key: str | None = None) -> Call[HoldAnswer]:
    """Let the incident age like any other again; raises IncidentNotFound."""
    return Call(
        "DELETE",
        f"/api/incidents/{incident_id}/hold",
        reads(HoldAnswer),
        idempotency_key=idempotency_key or new_key(),
    )


def evidence_zip(incident_id: str, *, tree_size: int | None = None) -> Call[bytes]:
    """What `aegis verify` checks offline; raises IncidentNotFound."""
    path = f"/api/incidents/{incident_id}/evidence.zip"
    return Call("GET", path, bytes, params=without_none(tree_size=tree_size))


def proof_head(*, tree_size: int | None = None) -> Call[ProofHead]:
    """The root to write down elsewhere."""
    parameters = without_none(tree_size=tree_size)
    return Call("GET", "/api/proof/head", reads(ProofHead), params=parameters)


def policies() -> Call[PolicyOverview]:
    """What judges now, with its texts."""
    return Call("GET", "/api/policies", reads(PolicyOverview))


def policy_rule(rule: str) -> Call[RuleDetail]:
    """One rule with its thresholds by camera, and why; raises NotFound."""
    return Call("GET", f"/api/policies/{rule}", reads(RuleDetail))


def policy_versions() -> Call[PolicyHistory]:
    """Every version, the newest first."""
    return Call("GET", "/api/policies/versions", reads(PolicyHistory))


def policy_version(number: int) -> Call[KeptPolicy]:
    """One version with its texts; raises NotFound."""
    return Call("GET", f"/api/policies/versions/{number}", reads(KeptPolicy))


def put_policies(
    *,
    rules: str | None = None,
    site: str | None = None,
    playbooks: str | None = None,
    version: int | None = None,
    note: str | None = None,
    idempotency_key: str | None = None,
) -> Call[KeptPolicy]:
    """Put YAML texts into force, or an old version again; raises ValidationFailed, NotFound.

    A mistake is told with its place, in the error's `details["errors"]`.
    """
    return Call(
        "PUT",
        "/api/policies",
        reads(KeptPolicy),
        json=without_none(rules=rules, site=site, playbooks=playbooks, version=version, note=note),
        idempotency_key=idempotency_key or new_key(),
    )


def ask_sql(question: str) -> Call[SqlAnswer]:
    """One SELECT over everything that is remembered; raises BadRequest."""
    key = new_key()
    return Call("POST", "/api/sql", reads(SqlAnswer), json={"sql": question}, idempotency_key=key)


def simulate(policy: str, *, first_day: date, last_day: date) -> Call[SimulationReport]:
    """What would have been under other threat rules (YAML); raises ValidationFailed."""
    body = {"policy": policy, "first_day": f"{first_day}", "last_day": f"{last_day}"}
    key = new_key()
    return Call("POST", "/api/simulate", reads(SimulationReport), json=body, idempotency_key=key)


def export_incidents(
    *,
    format: str = "csv",  # noqa: A002 - the contract's name
    status: str | Sequence[str] = (),
    severity: str | Sequence[str] = (),
    type: str | Sequence[str] = (),  # noqa: A002 - the contract's name
    from_date: datetime | None = None,
    to_date: datetime | None = None,
    camera_id: str | None = None,
    q: str | None = None,
) -> Call[bytes]:
    """All matches as csv, jsonl or parquet, in one piece; `download` gives them as they come."""
    parameters = without_none(
        format=format,
        status=status or None,
        severity=severity or None,
        type=type or None,
        from_date=_iso(from_date),
        to_date=_iso(to_date),
        camera_id=camera_id,
        q=q,
    )
    return Call("GET", "/api/incidents/export", bytes, params=parameters)


def _is_health_report(response: httpx.Response) -> bool:
    return response.status_code in {200, 503} and '"components"' in response.text


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
