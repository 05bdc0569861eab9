"""`aegis replay`: whether other rules would have served better."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect, find_server
from aegis.errors import ConfigurationError

if TYPE_CHECKING:
    from rich.console import Group

    from actors.replay_job import ReplayJob
    from actors.replay_policy import PolicyInForce
    from aegis.client.aegis_client import AegisClient
    from aegis.domain.incident import Incident
    from aegis.domain.simulation import ReplayedDay, SimulationReport


def replay(
    policy: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The changed threat rules (YAML).")
    ],
    *,
    since: Annotated[str | None, typer.Option("--from", help="YYYY-MM-DD; a week ago.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="YYYY-MM-DD; today.")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="What to compare with; by default the rules in force.")
    ] = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Days at a time.")] = 2,
    server: Annotated[
        bool, typer.Option("--server", help="Let the server do the work, as Ray tasks.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Run changed rules over the archived observations and tell what would differ.

    Both policies are run over the same observations: alerts more and fewer by rule and
    camera, confirmed incidents lost, actions not taken. Nothing is changed. Incidents, site,
    rules in force and verdicts come from the server, the observations from the archive
    (AEGIS_ARCHIVE_URI); with --server all of it is done there.
    """
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast

    span = _span(since, until)
    if server and baseline:
        raise ConfigurationError("--baseline is compared with here: leave --server out")
    if server:
        report = _replay_there(policy, span, url, api_key)
    else:
        report = _replay_here(policy, baseline, span, processes, url, api_key)
    if as_json:
        open_output().print_json(report.model_dump_json())
    else:
        open_output().print(_show(report))


def _replay_there(
    policy: Path, span: tuple[date, date], url: str | None, api_key: str | None
) -> "SimulationReport":
    from rich.progress import Progress  # noqa: PLC0415

    from aegis.cli.terminal import open_messages  # noqa: PLC0415
    from aegis.client.simulation_progress import follow_simulation  # noqa: PLC0415

    body = {"policy": policy.read_text(), "first_day": f"{span[0]}", "last_day": f"{span[1]}"}
    with Progress(console=open_messages(), transient=True) as shown:
        bar = shown.add_task("Replaying", total=None)
        return follow_simulation(
            *find_server(url, api_key),
            body,
            lambda done, days: shown.update(bar, completed=done, total=days),
        )


def _replay_here(
    policy: Path,
    baseline: Path | None,
    span: tuple[date, date],
    processes: int,
    url: str | None,
    api_key: str | None,
) -> "SimulationReport":
    from actors.replay_job import plan_jobs  # noqa: PLC0415
    from actors.replay_policy import ReplayPolicy  # noqa: PLC0415
    from aegis.domain.simulation import SimulationReport  # noqa: PLC0415
    from aegis.settings import load_settings  # noqa: PLC0415

    settings = load_settings()
    with connect(url, api_key) as client:
        now, incidents = _in_force(client), _incidents(client, span)
    rules = baseline.read_bytes() if baseline else now.rules
    name = str(baseline or "the rules in force")
    before = ReplayPolicy.of(rules, name, now.site, now.verdicts)
    after = ReplayPolicy.of(policy.read_bytes(), str(policy), now.site, now.verdicts)
    days = _run(plan_jobs(settings.archive_place, span, now.site, (before, after)), processes)
    return SimulationReport.of(days, incidents, (before.version, after.version), span)


def _span(since: str | None, until: str | None) -> tuple[date, date]:
    today = datetime.now(UTC).date()
    try:
        last = date.fromisoformat(until) if until else today
        first = date.fromisoformat(since) if since else last - timedelta(days=7)
    except ValueError as error:
        raise ConfigurationError(f"{error}: days are YYYY-MM-DD") from error
    if first > last:
        raise ConfigurationError(f"--from {first} is after --to {last}")
    return first, last


def _run(jobs: "list[ReplayJob]", processes: int) -> "list[ReplayedDay]":
    from rich.progress import track  # noqa: PLC0415

    from actors.replay_job import run_job  # noqa: PLC0415
    from aegis.cli.terminal import open_messages  # noqa: PLC0415

    if not jobs:
        return []
    fresh = get_context("spawn")
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=fresh) as pool:
        days = pool.map(run_job, jobs)
        shown = track(days, "Replaying", total=len(jobs), console=open_messages(), transient=True)
        return list(shown)


def _in_force(client: "AegisClient") -> "PolicyInForce":
    """The server's policies, with the verdicts that moved its thresholds."""
    from actors.replay_policy import PolicyInForce  # noqa: PLC0415
    from aegis.domain.policy import Verdict  # noqa: PLC0415

    overview = client.policies()
    verdicts = [
        Verdict(
            rule=rule.name,
            camera_id=at.camera_id,
            incident_id=move.incident_id,
            is_confirmed=move.verdict == "confirmed",
            decided_at=move.decided_at,
        )
        for rule in overview.rules
        if rule.moved_at
        for at in client.policy_rule(rule.name).cameras
        for move in at.moves
    ]
    verdicts.sort(key=lambda it: it.decided_at)
    return PolicyInForce.of(overview.version.texts, tuple(verdicts))


def _incidents(client: "AegisClient", span: tuple[date, date]) -> "list[Incident]":
    from aegis.client.call import Call  # noqa: PLC0415
    from aegis.domain.incident import Incident  # noqa: PLC0415

    params = {"format": "jsonl", "from_date": f"{span[0]}", "to_date": f"{span[1]}"}
    content = client.send(Call("GET", "/api/incidents/export", bytes, params=params))
    return [Incident.model_validate_json(line) for line in content.splitlines()]


def _show(report: "SimulationReport") -> "Group":
    from rich.console import Group  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    changes = Table(title="Alerts that would differ")
    for name in ("rule", "camera", "now", "then", "change"):
        changes.add_column(name, justify="left" if name in {"rule", "camera"} else "right")
    for it in report.changes:
        colour = "red" if it.after > it.before else "green"
        counts = (str(it.before), str(it.after), f"[{colour}]{it.after - it.before:+}[/]")
        changes.add_row(escape(it.rule), escape(it.camera_id), *counts)
    lost = Table(title="Confirmed incidents that would be lost")
    for name in ("incident", "when", "camera", "rule", "severity", "actions not taken"):
        lost.add_column(name)
    for loss in report.lost:
        when, where = f"{loss.timestamp:%Y-%m-%d %H:%M:%S}", escape(loss.camera_id or "")
        told = (escape(loss.rule or ""), loss.severity, ", ".join(loss.actions))
        lost.add_row(loss.id, when, where, *told)
    actions = ", ".join(f"{count} {name}" for name, count in report.actions_not_taken.items())
    lines = [
        f"{report.first_day} to {report.last_day}: {report.days} days, "
        f"{report.frames} observations",
        f"{report.alerts_before} alerts now, {report.alerts_after} then "
        f"({report.policy_before} to {report.policy_after})",
        f"{len(report.lost)} confirmed incidents lost; actions not taken: {actions or 'none'}",
    ]
    if report.unseen:
        lines.append(f"{report.unseen} confirmed incidents cannot be judged: too little was kept")
    if report.failed_frames:
        lines.append(f"[yellow]{report.failed_frames} frames on which a rule fails[/]")
    if report.damaged_days:
        lines.append(f"[red]{len(report.damaged_days)} days are damaged and left out[/]")
    tables = [table for table in (changes, lost) if table.row_count]
    return Group(*tables, *lines)
