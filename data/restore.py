"""A backup back into a data directory, as of its end or of any moment before."""

import shutil
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from aegis.domain.backup import BackupManifest, RestoreReport
from aegis.domain.value import to_utc
from aegis.errors import ConfigurationError
from data.backup import EVIDENCE, JOURNAL, MANIFEST, digest_of, read_ledger
from data.journal import Journal
from data.observation_archive import DATASET
from data.sql import load_queries
from data.sqlite_file import SqliteFile

_QUERIES = load_queries("restore")
Progress = Callable[[str, int, int], None]


def restore(
    source: Path, data_dir: Path, until: datetime | None, progress: Progress = lambda *_: None
) -> RestoreReport:
    """Verify a backup and make a data directory of it; nothing is there until all of it is.

    until: leave out every record written after this moment, and the pictures that came with
    it. Raises ConfigurationError for a folder that is not empty, a backup that is not what
    was written, or a moment before its first record.
    """
    if data_dir.exists() and (not data_dir.is_dir() or any(data_dir.iterdir())):
        raise ConfigurationError(f"{data_dir} is not empty: move it away, or name another one")
    manifest = read_manifest(source)
    verify_files(source, manifest, progress)
    half = data_dir.with_name(f"{data_dir.name}.restoring")
    shutil.rmtree(half, ignore_errors=True)
    try:
        _copy(source, half, manifest, progress)
        if until is not None:
            _cut(half / JOURNAL, to_utc(until))
        report = _settle(half, to_utc(until).date() if until else None)
        if data_dir.exists():
            data_dir.rmdir()
        half.replace(data_dir)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return report


def read_manifest(source: Path) -> BackupManifest:
    """What a backup should consist of; raises ConfigurationError."""
    try:
        text = (source / MANIFEST).read_text(encoding="utf-8")
        return BackupManifest.model_validate_json(text)
    except (OSError, ValueError, ValidationError) as error:
        raise ConfigurationError(
            f"{source} is no finished backup: {MANIFEST} is missing or damaged"
        ) from error


def verify_files(source: Path, manifest: BackupManifest, progress: Progress) -> None:
    """Compare every file with its hash; raises ConfigurationError that names those that differ."""
    wrong = []
    for number, (name, kept) in enumerate(manifest.files.items(), 1):
        file = source / name
        is_inside = file.resolve().is_relative_to(source.resolve())
        if not is_inside or not file.is_file() or digest_of(file) != kept.sha256:
            wrong.append(name)
        progress("verified", number, len(manifest.files))
    if wrong:
        named = ", ".join(wrong[:5]) + (f" and {len(wrong) - 5} more" if len(wrong) > 5 else "")
        raise ConfigurationError(f"The backup is damaged: {named}. Use another one")


def _copy(source: Path, target: Path, manifest: BackupManifest, progress: Progress) -> None:
    for number, name in enumerate(manifest.files, 1):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, copy)
        progress("copied", number, len(manifest.files))


def _cut(path: Path, until: datetime) -> None:
    """The chain up to a moment is a chain; what came later never was."""
    # Opened as the journal first: its schema and checksums are brought up to date.
    Journal(path).close()
    file = SqliteFile(path, load_queries("journal_migrations"))
    try:
        moment = until.isoformat(timespec="microseconds")
        ((last,),) = file.ask(_QUERIES["last_until"], (moment,))
        if last is None:
            raise ConfigurationError(f"The backup begins after {until:%Y-%m-%d %H:%M:%S} UTC")
        with file.transaction() as connection:
            connection.execute(_QUERIES["cut"], (last,))
    finally:
        file.close()


def _settle(folder: Path, last_day: date | None) -> RestoreReport:
    """Check the chain, and let go of pictures and observations that are not of this moment."""
    shown = read_ledger(folder / JOURNAL).pictures
    replaced = 0
    for path, sha256 in shown.items():
        file = folder / path.lstrip("/")
        if file.exists() and digest_of(file) != sha256:
            file.unlink()
        replaced += not file.exists()
    for file in (folder / EVIDENCE).rglob("*.jpg"):
        if f"/{EVIDENCE}/{file.parent.name}/{file.name}" not in shown:
            file.unlink()
    observations = folder / "archive" / DATASET
    for day in observations.glob("date=*"):
        if last_day and date.fromisoformat(day.name.removeprefix("date=")) > last_day:
            shutil.rmtree(day)
    return _report(folder, len(shown) - replaced, replaced)


def _report(folder: Path, pictures: int, replaced: int) -> RestoreReport:
    journal = Journal(folder / JOURNAL)
    try:
        verdict = journal.verify()
        if not verdict.is_intact:
            raise ConfigurationError(
                f"The backup's journal is damaged at record {verdict.broken_at} ({verdict.reason})"
            )
        rows = journal.read(verdict.records - 1) if verdict.records else []
    finally:
        journal.close()
    files = list((folder / "archive" / DATASET).rglob("*.parquet"))
    return RestoreReport(
        records=verdict.records,
        pictures=pictures,
        observation_files=len(files),
        replaced=replaced,
        last_record_at=datetime.fromisoformat(rows[-1].recorded_at) if rows else None,
    )
