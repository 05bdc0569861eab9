"""`aegis incidents`: look at what happened, and settle it."""

from pathlib import Path
from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption, connect, find_server
from aegis.errors import ConfigurationError

incidents = typer.Typer(help="List incidents; show or resolve one.", invoke_without_command=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print the server's JSON.")]
Statuses = Annotated[
    list[str] | None,
    typer.Option(help="active, investigating, resolved, false_positive or escalated."),
]
Severities = Annotated[list[str] | None, typer.Option(help="low, medium, high or critical.")]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", help="violence, suspicious_behavior, intrusion or vandalism."),
]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Such as incident_7, or just 7.")]


@incidents.callback()
def list_incidents(
    ctx: typer.Context,
    *,
    status: Statuses = None,
    severity: Severities = None,
    kind: Types = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera's.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """List incidents, newest first; `show ID` and `resolve ID` deal with one.

    Filters may be repeated: any of them matches.
    """
    if ctx.invoked_subcommand is not None:
        return
    from aegis.cli.incident_table import tabulate_incidents  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.terminal import open_output  # noqa: PLC0415

    with connect(url, api_key) as client:
        page = client.incidents(
            status=status or (),
            severity=severity or (),
            type=kind or (),
            camera_id=camera,
            limit=limit,
        )
    output = open_output()
    if as_json:
        output.print_json(page.model_dump_json())
        return
    output.print(tabulate_incidents(page.incidents))
    output.print(f"{len(page.incidents)} of {page.total}")


@incidents.command()
def show(
    incident_id: IdArgument,
    *,
    as_json: JsonOption = False,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Show everything that is known of one incident."""
    from aegis.cli.incident_table import describe_incident  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.terminal import open_output  # noqa: PLC0415

    with connect(url, api_key) as client:
        incident = client.incident(_whole_id(incident_id))
    if as_json:
        open_output().print_json(incident.model_dump_json())
        return
    open_output().print(describe_incident(incident))


@incidents.command()
def resolve(
    incident_id: IdArgument,
    notes: Annotated[str | None, typer.Option(help="Why; kept with the incident.")] = None,
    by: Annotated[str | None, typer.Option(help="Who resolves it.")] = None,
    status: Annotated[str, typer.Option(help="Another status, e.g. false_positive.")] = "resolved",
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Settle an incident."""
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast

    with connect(url, api_key) as client:
        answer = client.update_status(_whole_id(incident_id), status, notes=notes, resolved_by=by)
    open_output().print(f"{answer.id} is {answer.status}")


@incidents.command()
def hold(
    incident_id: IdArgument,
    *,
    reason: Annotated[str | None, typer.Option(help="Why; kept with the hold.")] = None,
    by: Annotated[str | None, typer.Option(help="Who places it.")] = None,
    release: Annotated[bool, typer.Option("--release", help="Release it instead.")] = False,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Place a legal hold: neither the incident nor its pictures can be deleted or evicted."""
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast

    name = _whole_id(incident_id)
    with connect(url, api_key) as client:
        answer = (
            client.release_hold(name)
            if release
            else client.place_hold(name, reason=reason, placed_by=by)
        )
    open_output().print(f"{answer.id} is {'under a hold' if answer.hold else 'under no hold'}")


@incidents.command()
def evidence(
    incident_id: IdArgument,
    *,
    to: Annotated[Path | None, typer.Option(help="The file to write.")] = None,
    tree_size: Annotated[
        int | None, typer.Option(help="As the journal was with so many records.")
    ] = None,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Take an incident's evidence along as a ZIP that `aegis verify` checks offline."""
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast

    name = _whole_id(incident_id)
    with connect(url, api_key) as client:
        content = client.evidence_zip(name, tree_size=tree_size)
    file = to or Path(f"{name}.zip")
    file.write_bytes(content)
    open_output().print(f"{file}: {len(content) / 1e6:.1f} MB; check it with `aegis verify {file}`")


@incidents.command()
def export(
    file: Annotated[Path, typer.Argument(help="Ends in .csv, .jsonl or .parquet.")],
    *,
    status: Statuses = None,
    severity: Severities = None,
    kind: Types = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera's.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="ISO 8601, included.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="ISO 8601, included.")] = None,
    text: Annotated[
        str | None, typer.Option("--text", help="In reasoning, notes, subjects.")
    ] = None,
    url: UrlOption = None,
    api_key: KeyOption = None,
) -> None:
    """Export all incidents that match, archived ones too."""
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.client.download import download  # noqa: PLC0415
    from aegis.domain.question import ExportForm  # noqa: PLC0415

    forms = [form.value for form in ExportForm]
    if file.suffix.lstrip(".") not in forms:
        raise ConfigurationError(f"{file} should end in .{', .'.join(forms)}")
    asked = {"status": status, "severity": severity, "type": kind, "camera_id": camera}
    asked |= {"from_date": since, "to_date": until, "q": text}
    given: dict[str, object] = {name: value for name, value in asked.items() if value}
    half, size = file.with_name(f"{file.name}.half"), 0
    given["format"] = file.suffix.lstrip(".")
    line = open_messages().status("Exporting")
    address, key = find_server(url, api_key)
    with half.open("wb") as output, line:
        for piece in download(address, key, "/api/incidents/export", given):
            size += output.write(piece)
            line.update(f"Exporting: {size / 1e6:.1f} MB")
    half.replace(file)
    open_output().print(f"{file}: {size / 1e6:.1f} MB")


def _whole_id(text: str) -> str:
    return f"incident_{text}" if text.isdecimal() else text
