"""A copy of everything that cannot be made anew, taken while the store runs."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import apsw

from aegis.domain.backup import BackedUpFile, BackupManifest
from aegis.errors import ConfigurationError
from data.evidence import staged_file
from data.journal import Journal
from data.observation_archive import DATASET
from data.picture_ledger import PictureLedger
from data.sqlite_file import open_checksummed

MANIFEST = "backup.json"
JOURNAL = "journal.sqlite"
EVIDENCE = "evidence"
_ROUNDS = 5
Progress = Callable[[str, int, int], None]
"""Told what is done: step, done, in all."""


def back_up(
    data_dir: Path, archive: Path | None, target: Path, progress: Progress = lambda *_: None
) -> BackupManifest:
    """Copy journal, pictures and observations into an empty folder.

    The journal is copied by SQLite's own online backup, so it is one moment's. Pictures are
    copied afterwards and compared with the hashes in it; where a picture was replaced
    meanwhile, the journal is copied again. The view and the archived incidents are made anew
    from the journal, so they are left out. archive: the local folder of observations, if any.
    Raises ConfigurationError for a folder that is not empty, or not a store's.
    """
    if not (data_dir / JOURNAL).exists():
        raise ConfigurationError(
            f"{data_dir} has no journal: name a data directory with --data-dir"
        )
    _claim(target)
    missing = _copy_pictures(data_dir, target, progress)
    if archive and (archive / DATASET).exists():
        _copy_observations(archive / DATASET, target / "archive" / DATASET, progress)
    records, head_hash = _check_journal(target / JOURNAL)
    manifest = BackupManifest(
        made_at=datetime.now(UTC),
        records=records,
        head_hash=head_hash,
        files=dict(_list_files(target)),
        missing=tuple(sorted(missing)),
    )
    (target / MANIFEST).write_text(manifest.model_dump_json(indent=1), encoding="utf-8")
    return manifest


def digest_of(path: Path) -> str:
    """The file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _claim(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigurationError(f"{target} is not empty: name a new folder")
    target.mkdir(parents=True, exist_ok=True)


def _copy_journal(source: Path, target: Path, progress: Progress) -> None:
    """One moment's journal, in one step that no write begins anew; a writer goes on meanwhile.

    Every page is given its checksum as it is written.
    """
    target.unlink(missing_ok=True)
    reading, writing = apsw.Connection(str(source)), open_checksummed(target)
    try:
        reading.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        reading.set_busy_timeout(10_000)
        with writing.backup("main", reading, "main") as copy:
            while not copy.done:
                copy.step(-1)
            progress("journal", copy.page_count, copy.page_count)
    finally:
        writing.close()
        reading.close()


def _copy_pictures(data_dir: Path, target: Path, progress: Progress) -> set[str]:
    """Until every picture is the one that the copied journal names; the rest is missing."""
    wrong, pictures = set[str](), dict[str, str]()
    for _ in range(_ROUNDS):
        _copy_journal(data_dir / JOURNAL, target / JOURNAL, progress)
        pictures = read_ledger(target / JOURNAL).pictures
        wrong = set()
        for number, (path, sha256) in enumerate(pictures.items(), 1):
            if not _copy_picture(data_dir, target, path, sha256):
                wrong.add(path)
            progress("pictures", number, len(pictures))
        if not wrong:
            break
    for file in (target / EVIDENCE).rglob("*.jpg"):
        if f"/{EVIDENCE}/{file.parent.name}/{file.name}" not in pictures:
            file.unlink()
    return wrong


def _copy_picture(data_dir: Path, target: Path, path: str, sha256: str) -> bool:
    copy = target / path.lstrip("/")
    if copy.exists() and digest_of(copy) == sha256:
        return True
    shown = data_dir / path.lstrip("/")
    for source in (shown, staged_file(data_dir / EVIDENCE, path, sha256)):
        try:
            content = source.read_bytes()
        except FileNotFoundError:
            continue
        if hashlib.sha256(content).hexdigest() == sha256:
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(content)
            return True
    return False


def read_ledger(path: Path) -> PictureLedger:
    """The pictures that a journal speaks of."""
    ledger, journal, seq = PictureLedger(), Journal(path), 0
    try:
        while rows := journal.read(seq):
            ledger.follow(rows)
            seq = rows[-1].seq
    finally:
        journal.close()
    return ledger


def _copy_observations(source: Path, target: Path, progress: Progress) -> None:
    """Files are never changed, only replaced: what vanishes meanwhile has a successor there."""
    files = [file for file in source.rglob("*") if file.is_file() and file.suffix != ".half"]
    for number, file in enumerate(files):
        copy = target / file.relative_to(source)
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file, copy)
        except FileNotFoundError:
            continue
        progress("observations", number + 1, len(files))


def _check_journal(path: Path) -> tuple[int, str]:
    journal = Journal(path)
    try:
        verdict = journal.verify()
        if not verdict.is_intact:
            raise ConfigurationError(
                f"The journal is damaged at record {verdict.broken_at} ({verdict.reason}): "
                "there is no point in a backup of it"
            )
        return verdict.records, journal.hash_at(verdict.records) or ""
    finally:
        journal.close()


def _list_files(folder: Path) -> Iterator[tuple[str, BackedUpFile]]:
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name != MANIFEST:
            name = file.relative_to(folder).as_posix()
            yield name, BackedUpFile(sha256=digest_of(file), size_bytes=file.stat().st_size)
