"""Parquet files by data set and day, on any file system, none believed without its hash."""

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
import structlog
from pyarrow import fs
from pydantic import ValidationError

from aegis.domain.archive import ArchivedFile, DayManifest
from aegis.errors import AegisError, ConfigurationError, ServiceUnavailable
from data.durable_folder import sync

_DAY = re.compile(r"date=([0-9]{4}-[0-9]{2}-[0-9]{2})")
_PART = re.compile(r"part-([0-9a-f]{64})\.parquet")
_MANIFEST = "_manifest.json"
LOOSE = frozenset({"observations"})
"""Data sets whose files count before a manifest names them: several write them at once."""
_QUARANTINE = "_quarantine"
_Answer = TypeVar("_Answer")
_log = structlog.get_logger(__name__)


class ArchiveDamaged(AegisError):
    """A file of the archive is not the one that was written."""

    def __init__(self, message: str = "", path: str = "") -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class FileVerdict:
    """What `verify` found of one file; problem: empty when it is as it was written."""

    dataset: str
    day: date
    path: str
    rows: int
    size_bytes: int
    problem: str = ""


class ArchiveFolder:
    """`DATASET/date=YYYY-MM-DD/part-SHA256.parquet`, with a `_manifest.json` beside it.

    A file's name is its hash, and every read compares it with the bytes it parses, so a
    flipped bit is an ArchiveDamaged and never an answer. A day's manifest names its files;
    `add` puts files there without it, for writers beside each other, until `replace` takes
    them together. uri: a folder's path, or a URI that pyarrow knows. Raises
    ConfigurationError for a URI that it does not, ServiceUnavailable when it cannot be read
    or written.
    """

    def __init__(self, uri: str) -> None:
        try:
            if "://" in uri or uri.startswith("file:"):
                self._files, self._root = fs.FileSystem.from_uri(uri)
            else:
                self._files, self._root = fs.LocalFileSystem(), str(Path(uri).absolute())
        except (pa.ArrowException, OSError, ValueError) as error:
            raise ConfigurationError(
                f"The archive {uri} cannot be reached ({error}): set AEGIS_ARCHIVE_URI to a "
                "folder or to a URI of pyarrow, such as s3://bucket/prefix"
            ) from error
        self.uri = uri

    def days(self, dataset: str) -> list[date]:
        """The days that have something, oldest first."""
        names = (Path(info.path).name for info in self._list(dataset))
        return sorted(date.fromisoformat(found[1]) for it in names if (found := _DAY.match(it)))

    def files(self, dataset: str, day: date) -> list[ArchivedFile]:
        """A day's files; those of the manifest, or those that wait to be taken into one.

        Raises ArchiveDamaged when the manifest is not what was written.
        """
        folder = self._folder(dataset, day)
        infos = {Path(info.path).name: info for info in self._list(folder)}
        named = self._manifest(folder) if _MANIFEST in infos else ()
        known = {file.name for file in named}
        if dataset not in LOOSE:
            return list(named)
        loose = (it for name, it in infos.items() if _PART.fullmatch(name) and name not in known)
        return [*named, *map(_loose, loose)]

    def read(self, dataset: str, day: date, columns: list[str] | None = None) -> Iterator[pa.Table]:
        """A day's tables, file by file; raises ArchiveDamaged at the first that is damaged."""
        for file in self.files(dataset, day):
            yield self.read_file(dataset, day, file, columns)

    def read_file(
        self, dataset: str, day: date, file: ArchivedFile, columns: list[str] | None = None
    ) -> pa.Table:
        """One file's table; the bytes that are parsed are those that were hashed."""
        path = f"{self._folder(dataset, day)}/{file.name}"
        content = self._bytes(path)
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise ArchiveDamaged(f"{path} does not have the hash it was written with", path)
        try:
            return pq.read_table(io.BytesIO(content), columns=columns)
        except pa.ArrowException as error:
            raise ArchiveDamaged(f"{path} cannot be read ({error})", path) from error

    def add(self, dataset: str, day: date, table: pa.Table) -> ArchivedFile:
        """Put one more file there, durable, beside what the day has."""
        return self._write_part(self._folder(dataset, day), table)

    def replace(self, dataset: str, day: date, table: pa.Table) -> ArchivedFile | None:
        """Let this be all that the day has; an empty table leaves nothing of it."""
        folder = self._folder(dataset, day)
        if not table.num_rows:
            self.delete(dataset, day)
            return None
        kept = self._write_part(folder, table)
        content = DayManifest.sealed(files=(kept,)).model_dump_json(indent=1)
        self._write(f"{folder}/{_MANIFEST}", content.encode())
        for info in self._list(folder):
            name = Path(info.path).name
            if _PART.fullmatch(name) and name != kept.name:
                _try(partial(self._files.delete_file, info.path))
        return kept

    def delete(self, dataset: str, day: date) -> None:
        """Forget a day."""
        folder = self._folder(dataset, day)
        if self._list(folder):
            _try(lambda: self._files.delete_dir(f"{self._root}/{folder}"))

    def quarantine(self, path: str) -> str:
        """Put a damaged file aside, to be looked at by people; its new place."""
        target = f"{_QUARANTINE}/{path.replace('/', '__')}"
        _log.error("archive_quarantined", file=path, moved_to=target)

        def move() -> None:
            self._files.create_dir(f"{self._root}/{_QUARANTINE}", recursive=True)
            if self._files.get_file_info(f"{self._root}/{path}").type != fs.FileType.NotFound:
                self._files.move(f"{self._root}/{path}", f"{self._root}/{target}")

        _try(move)
        return target

    def quarantined(self) -> list[str]:
        """What was put aside."""
        return sorted(Path(info.path).name for info in self._list(_QUARANTINE))

    def verify(self, dataset: str) -> Iterator[FileVerdict]:
        """Read every file of a data set and compare."""
        for day in self.days(dataset):
            folder = self._folder(dataset, day)
            try:
                files = self.files(dataset, day)
            except ArchiveDamaged as error:
                yield FileVerdict(dataset, day, error.path, 0, 0, error.message)
                continue
            for file in files:
                problem, rows = "", file.rows
                try:
                    rows = self.read_file(dataset, day, file).num_rows
                    problem = "" if file.rows in {-1, rows} else "It has other rows"
                except AegisError as error:
                    problem = error.message
                path = f"{folder}/{file.name}"
                yield FileVerdict(dataset, day, path, rows, file.size_bytes, problem)

    def _folder(self, dataset: str, day: date) -> str:
        return f"{dataset}/date={day.isoformat()}"

    def _list(self, folder: str) -> list[fs.FileInfo]:
        selector = fs.FileSelector(f"{self._root}/{folder}", allow_not_found=True)
        infos: list[fs.FileInfo] = _try(lambda: self._files.get_file_info(selector))
        return infos

    def _manifest(self, folder: str) -> tuple[ArchivedFile, ...]:
        path = f"{folder}/{_MANIFEST}"
        try:
            manifest = DayManifest.model_validate_json(self._bytes(path))
        except ValidationError as error:
            raise ArchiveDamaged(f"{path} is no manifest", path) from error
        if not manifest.is_sealed:
            raise ArchiveDamaged(f"{path} does not match its own hash", path)
        return manifest.files

    def _write_part(self, folder: str, table: pa.Table) -> ArchivedFile:
        buffer = io.BytesIO()
        pq.write_table(table, buffer, compression="zstd", write_page_checksum=True)
        content = buffer.getvalue()
        sha256 = hashlib.sha256(content).hexdigest()
        name = f"part-{sha256}.parquet"
        self._write(f"{folder}/{name}", content)
        return ArchivedFile(name=name, sha256=sha256, size_bytes=len(content), rows=table.num_rows)

    def _bytes(self, path: str) -> bytes:
        def read() -> bytes:
            with self._files.open_input_file(f"{self._root}/{path}") as file:
                content: bytes = file.read()
                return content

        try:
            return read()
        except FileNotFoundError as error:
            raise ArchiveDamaged(f"{path} is missing", path) from error
        except (OSError, pa.ArrowException) as error:
            raise ServiceUnavailable(f"The archive cannot be read: {error}") from error

    def _write(self, path: str, content: bytes) -> None:
        """Under another name first: a file that has its name is whole."""
        target = f"{self._root}/{path}"
        half = f"{target}.half"

        def write() -> None:
            self._files.create_dir(target.rsplit("/", 1)[0], recursive=True)
            with self._files.open_output_stream(half) as file:
                file.write(content)
            if isinstance(self._files, fs.LocalFileSystem):
                sync(Path(half))
            self._files.move(half, target)
            if isinstance(self._files, fs.LocalFileSystem):
                sync(Path(target).parent)

        _try(write)


def _try(work: Callable[[], _Answer]) -> _Answer:
    try:
        return work()
    except (OSError, pa.ArrowException) as error:
        raise ServiceUnavailable(f"The archive is unavailable: {error}") from error


def _loose(info: fs.FileInfo) -> ArchivedFile:
    name = Path(info.path).name
    return ArchivedFile(name=name, sha256=name[5:69], size_bytes=info.size, rows=-1)
