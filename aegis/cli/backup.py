"""`aegis backup` and `aegis restore`."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from aegis.errors import ConfigurationError

DataOption = Annotated[
    Path | None,
    typer.Option("--data-dir", help="The store's folder; by default AEGIS_DATA_DIR."),
]


def backup(
    target: Annotated[Path, typer.Argument(help="A new or empty folder.")],
    *,
    data_dir: DataOption = None,
) -> None:
    """Copy journal, pictures and observations into a folder, while Aegis runs.

    The copy is of one moment, and checked. The view and the archived incidents are made anew
    from the journal at restore, so they are left out; settings, site and key files are not in it.
    """
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.settings import load_settings  # noqa: PLC0415
    from data.backup import back_up  # noqa: PLC0415

    settings = load_settings()
    folder = data_dir or settings.data_dir
    archive = folder / "archive"
    if settings.archive_uri and not data_dir:
        archive = Path(settings.archive_uri)
    is_remote = "://" in str(settings.archive_uri or "")
    with _progress() as progress:
        manifest = back_up(folder, None if is_remote else archive, target, progress)
    size = sum(file.size_bytes for file in manifest.files.values())
    open_output().print(
        f"{target}: {manifest.records} records, {len(manifest.files)} files, {size / 1e6:.1f} MB"
    )
    if is_remote:
        open_messages().print("Observations are in object storage and were left there.")
    if manifest.missing:
        open_messages().print(f"[yellow]{len(manifest.missing)} pictures were missing already[/]")


def restore(
    source: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="A backup.")],
    *,
    until: Annotated[
        str | None, typer.Option(help="ISO 8601: as it was at this moment; naive is UTC.")
    ] = None,
    data_dir: DataOption = None,
) -> None:
    """Make a data directory of a backup, after every hash in it was checked.

    The folder must be empty or not there yet. Stop Aegis first, start it afterwards.
    """
    from aegis.cli.terminal import open_messages, open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.settings import load_settings  # noqa: PLC0415
    from data.restore import restore as restore_backup  # noqa: PLC0415

    folder = data_dir or load_settings().data_dir
    moment = _parse(until) if until else None
    with _progress() as progress:
        report = restore_backup(source, folder, moment, progress)
    last = f"{report.last_record_at:%Y-%m-%d %H:%M:%S} UTC" if report.last_record_at else "never"
    open_output().print(
        f"{folder}: {report.records} records up to {last}, {report.pictures} pictures, "
        f"{report.observation_files} files of observations"
    )
    if report.replaced:
        open_messages().print(
            f"[yellow]{report.replaced} pictures are not there: later ones had taken their place, "
            "or they were missing already[/]"
        )


def _parse(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(f"{text} is no moment: use ISO 8601, 2026-03-04T12:00") from error


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    from rich.progress import Progress, TaskID  # noqa: PLC0415 - keeps --help fast

    from aegis.cli.terminal import open_messages  # noqa: PLC0415

    with Progress(console=open_messages(), transient=True) as bars:
        known: dict[str, TaskID] = {}

        def tell(step: str, done: int, total: int) -> None:
            if step not in known:
                known[step] = bars.add_task(step, total=total)
            bars.update(known[step], completed=done, total=total)

        yield tell
