"""Snapshots of the views: what a rebuild starts from instead of the first record."""

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import structlog

from data.durable_folder import sync
from data.sql import load_queries

_QUERIES = load_queries("views")
_MANIFEST = "manifest.json"
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "memory_limit": "256MB",
    "preserve_insertion_order": True,
}
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Part:
    """What changed in the views between two records of the journal, as one Parquet file.

    from_seq: everything up to this record is in the parts before; seq, hash: the last record
    that is in this one. sha256: of the file.
    """

    file: str
    sha256: str
    rows: int
    from_seq: int
    seq: int
    hash: str


class SnapshotFolder:
    """Parts in order, each checked before it is read; a manifest says which belong.

    A new part costs what changed, not what there is: parts are joined in the manner of a
    log-structured merge, so that there are few. Callable from several threads; raises OSError,
    duckdb.Error and pyarrow's errors. version: of the views; parts of another are none.
    """

    def __init__(self, root: Path, version: int) -> None:
        self._root = root
        self._version = version
        self._lock = threading.Lock()

    @property
    def seq(self) -> int:
        """The last record that is in a part; 0 when there is none."""
        parts = self._read()
        return parts[-1].seq if parts else 0

    def verified(self) -> Iterator[tuple[Part, Path]]:
        """Parts from the first on, as far as they are whole; what comes after is thrown away."""
        known, parts = 0, self._read()
        for place, part in enumerate(parts):
            file = self._root / part.file
            if part.from_seq != known or _digest(file) != part.sha256:
                _log.warning("snapshot_damaged", file=part.file, known_until_record=known)
                self._publish(parts[:place])
                return
            known = part.seq
            yield part, file

    def add(self, batches: pa.RecordBatchReader, from_seq: int, seq: int, row_hash: str) -> None:
        """Keep what changed since `from_seq`; durable when this returns.

        A part from the first record on replaces all others.
        """
        part = self._write(batches, from_seq, seq, row_hash)
        with self._lock:
            before = [] if from_seq == 0 else self._read()
            self._publish([*before, part])

    def join(self) -> bool:
        """Make one part of the last two, if the newer has grown near the older; whether it did."""
        parts = self._read()
        if len(parts) < 2 or 2 * parts[-1].rows < parts[-2].rows:
            return False
        older, newer = parts[-2:]
        if any(_digest(self._root / part.file) != part.sha256 for part in (older, newer)):
            return False
        spill = {"temp_directory": str(self._root / "joining")}
        with duckdb.connect(config=_CONFIG | spill) as connection:
            connection.read_parquet(str(self._root / older.file)).create_view("older")
            connection.read_parquet(str(self._root / newer.file)).create_view("newer")
            both = connection.sql(_QUERIES["two_parts"])
            if older.from_seq == 0:
                both = both.filter("NOT is_gone")
            rows = both.to_arrow_reader(10_000)
            joined = self._write(rows, older.from_seq, newer.seq, newer.hash)
        with self._lock:
            now = self._read()
            if older not in now or newer not in now:
                return False
            after = now[now.index(newer) + 1 :]
            self._publish([*now[: now.index(older)], joined, *after])
        return True

    def _read(self) -> list[Part]:
        try:
            text, _, seal = (self._root / _MANIFEST).read_text("utf-8").rpartition("\n")
            said: dict[str, Any] = json.loads(text)
            if hashlib.sha256(text.encode()).hexdigest() != seal:
                raise ValueError("it does not match its seal")  # noqa: TRY301
            parts = [Part(**part) for part in said["parts"]]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("snapshot_damaged", file=_MANIFEST, reason=str(error))
            return []
        return parts if said.get("version") == self._version else []

    def _write(self, batches: pa.RecordBatchReader, from_seq: int, seq: int, row_hash: str) -> Part:
        self._root.mkdir(exist_ok=True)
        name = f"{from_seq:012d}-{seq:012d}.parquet"
        half = self._root / f"{name}.half"
        rows = 0
        with pq.ParquetWriter(half, batches.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        digest = _digest(half)
        name = f"{from_seq:012d}-{seq:012d}.{digest[:8]}.parquet"
        sync(half)
        half.replace(self._root / name)
        sync(self._root)
        return Part(name, digest, rows, from_seq, seq, row_hash)

    def _publish(self, parts: list[Part]) -> None:
        said = {"version": self._version, "parts": [asdict(part) for part in parts]}
        text = json.dumps(said, indent=1)
        half = self._root / f"{_MANIFEST}.half"
        half.write_text(f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}", "utf-8")
        sync(half)
        half.replace(self._root / _MANIFEST)
        sync(self._root)
        kept = {_MANIFEST, *(part.file for part in parts)}
        for file in self._root.glob("*.parquet"):
            if file.name not in kept:
                file.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    """SHA-256 of a file; empty when it cannot be read."""
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
