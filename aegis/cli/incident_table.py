"""Incidents as people read them in a terminal."""

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from aegis.api.schemas import IncidentAnswer
from aegis.cli.terminal import style_severity


def tabulate_incidents(incidents: Iterable[IncidentAnswer]) -> Table:
    """A row for each, in the order given; fits a terminal of 80 columns."""
    table = Table(header_style="bold", box=None)
    for column in ("id", "when (UTC)", "camera", "what", "severity", "status", "frames"):
        table.add_column(column, no_wrap=column in {"id", "when (UTC)"}, overflow="fold")
    for it in incidents:
        table.add_row(
            it.id,
            f"{it.first_seen:%m-%d %H:%M:%S}",
            escape(it.camera_id or ""),
            escape(it.subtype or it.type),
            style_severity(it.severity),
            it.status,
            str(it.frame_count),
        )
    return table


def describe_incident(incident: IncidentAnswer) -> RenderableType:
    """Everything about one: facts, plan, actions, decisions."""
    parts: list[RenderableType] = [_facts(incident)]
    if incident.response_plan:
        plan = Table("step", "action", "priority", "approval", "because", title="Response plan")
        for step in incident.response_plan:
            approval = "needed" if step.requires_approval else ""
            row = (str(step.step), step.action, str(step.priority), approval)
            plan.add_row(*row, escape(step.reasoning))
        parts.append(plan)
    if incident.actions_taken:
        taken = Table("action", "status", "when", "result", title="Actions taken")
        for action in incident.actions_taken:
            when = f"{action.timestamp:%Y-%m-%d %H:%M:%S}"
            taken.add_row(action.action, action.status, when, escape(str(action.result)))
        parts.append(taken)
    if incident.status_history:
        history = Table("status", "when", "by", "notes", title="Decisions")
        for change in incident.status_history:
            when = f"{change.changed_at:%Y-%m-%d %H:%M:%S}"
            by, notes = escape(change.resolved_by or ""), escape(change.notes or "")
            history.add_row(change.status, when, by, notes)
        parts.append(history)
    return Group(*parts)


def _facts(incident: IncidentAnswer) -> Table:
    table = Table(show_header=False, box=None)
    for name, value in (
        ("incident", incident.id),
        ("what", f"{incident.type} ({incident.subtype})" if incident.subtype else incident.type),
        ("confidence", f"{incident.confidence:.0f} %"),
        ("status", incident.status),
        ("camera", incident.camera_id or ""),
        ("first seen", f"{incident.first_seen:%Y-%m-%d %H:%M:%S} UTC"),
        ("last seen", f"{incident.last_seen:%Y-%m-%d %H:%M:%S} UTC, {incident.frame_count} frames"),
        ("why", incident.reasoning),
        ("subjects", "; ".join(f"{it.description}: {it.behavior}" for it in incident.subjects)),
        ("evidence", incident.evidence_path or ""),
        ("notes", incident.notes or ""),
    ):
        if value:
            table.add_row(f"[bold]{name}[/]", escape(str(value)))
    table.add_row("[bold]severity[/]", style_severity(incident.severity))
    return table
