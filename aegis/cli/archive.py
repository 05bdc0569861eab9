"""`aegis archive`: what lies there, and whether it is what was written."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from data.archive_folder import ArchiveFolder, FileVerdict

archive = typer.Typer(help="Closed days in Parquet: list them, check them.", no_args_is_help=True)

DATASETS = ("incidents", "history", "actions", "statistics", "observations")
PlaceOption = Annotated[
    str | None,
    typer.Option("--at", help="Folder or URI; by default AEGIS_ARCHIVE_URI, or in the data dir."),
]


@archive.command("list")
def list_days(at: PlaceOption = None) -> None:
    """List the days and what each has; reads names and manifests only."""
    from rich.table import Table  # noqa: PLC0415 - keeps --help fast

    from aegis.cli.terminal import open_output  # noqa: PLC0415

    folder = _open(at)
    table = Table(title=f"Archive {folder.uri}")
    for name in ("day", "data set", "files", "rows", "KB"):
        table.add_column(name, justify="left" if name in {"day", "data set"} else "right")
    days = sorted({(day, dataset) for dataset in DATASETS for day in folder.days(dataset)})
    for day, dataset in days:
        files = folder.files(dataset, day)
        rows = "?" if any(it.rows < 0 for it in files) else str(sum(it.rows for it in files))
        size = f"{sum(it.size_bytes for it in files) / 1000:.0f}"
        table.add_row(day.isoformat(), dataset, str(len(files)), rows, size)
    open_output().print(table)


@archive.command()
def verify(at: PlaceOption = None) -> None:
    """Read every file and compare it with the hash it was written with.

    Exit code 1 when one is damaged. A running store puts such a file aside and writes the
    day anew from the journal; observations are not in the journal and are lost.
    """
    from rich.markup import escape  # noqa: PLC0415 - keeps --help fast
    from rich.progress import track  # noqa: PLC0415

    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415

    folder = _open(at)
    days = sum(len(folder.days(dataset)) for dataset in DATASETS)
    verdicts = list(
        track(_verdicts(folder), "Checking", total=days, console=open_messages(), transient=True)
    )
    damaged = [verdict for verdict in verdicts if verdict.problem]
    output = open_output()
    for verdict in damaged:
        output.print(f"[bold red]damaged[/] {escape(verdict.path)}: {escape(verdict.problem)}")
    for name in folder.quarantined():
        output.print(f"[yellow]put aside[/] {escape(name)}")
    megabytes = sum(verdict.size_bytes for verdict in verdicts) / 1e6
    sound = len(verdicts) - len(damaged)
    output.print(f"{sound} of {len(verdicts)} files are as they were written ({megabytes:.1f} MB)")
    if damaged:
        raise typer.Exit(1)


def _verdicts(folder: "ArchiveFolder") -> "Iterator[FileVerdict]":
    for dataset in DATASETS:
        yield from folder.verify(dataset)


def _open(at: str | None) -> "ArchiveFolder":
    from aegis.settings import load_settings  # noqa: PLC0415 - keeps --help fast
    from data.archive_folder import ArchiveFolder  # noqa: PLC0415

    return ArchiveFolder(at or load_settings().archive_place)
