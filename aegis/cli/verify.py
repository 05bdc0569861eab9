"""`aegis verify`: is this evidence what was recorded? Offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from aegis.domain.proof import ProofVerdict


def verify(
    files: Annotated[
        list[Path], typer.Argument(exists=True, dir_okay=False, help="Evidence ZIPs.")
    ],
    *,
    root: Annotated[
        str | None,
        typer.Option(help="A Merkle root that was written down elsewhere (`/api/proof/head`)."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Check evidence files without a server: records, order, journal, incident, pictures.

    Exit code 1 when anything was touched. Without --root it shows that the file holds
    together; with it, that the journal it comes from was not written anew since.
    """
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415 - keeps --help fast
    from data.proof_check import verify_evidence  # noqa: PLC0415

    verdicts = {file: verify_evidence(file.read_bytes(), root) for file in files}
    for file, verdict in verdicts.items():
        if as_json:
            open_output().print_json(verdict.model_dump_json())
        else:
            open_output().print(_tabulate(file, verdict))
    if not all(verdict.is_intact for verdict in verdicts.values()):
        raise typer.Exit(1)
    if root is None and not as_json:
        open_messages().print(
            "Intact. Whether the whole journal was written anew, only a root kept elsewhere "
            "can tell: give it with --root.",
            style="dim",
        )


def _tabulate(file: Path, verdict: "ProofVerdict") -> "Table":
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(title=escape(f"{file.name}: {verdict.incident_id or 'not readable'}"))
    for name in ("check", "holds", "what was found"):
        table.add_column(name)
    for check in verdict.checks:
        holds = "[green]yes[/]" if check.holds else "[bold red]NO[/]"
        table.add_row(check.name, holds, escape(check.detail))
    if verdict.head:
        head = verdict.head
        table.caption = f"root {head.root} of {head.tree_size} records, {head.timestamp:%F %T} UTC"
    return table
