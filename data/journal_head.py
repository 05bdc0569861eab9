"""A witness of how far the journal got, in a small file beside it."""

import hashlib
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_LENGTH = 160


@dataclass(frozen=True, slots=True)
class Head:
    """The last record of a chain: its number and its hash."""

    seq: int
    hash: str


class JournalHead:
    """Remembers the last record that was committed.

    SQLite ends a write-ahead log at the first frame that does not match its checksum and
    takes it for the end: a flipped bit there would silently take acknowledged records away.
    So the head is written down after every commit, in place and without waiting for the
    disk: it is never ahead of the journal, outlives a kill, and tells when the journal is
    shorter than it was. A witness that is missing or torn tells nothing, and harms nothing.
    """

    def __init__(self, journal: Path) -> None:
        self._path = journal.with_name(f"{journal.stem}.head")
        self._file: int | None = None

    @property
    def name(self) -> str:
        """Of the file; whoever removes it accepts the journal as it is."""
        return self._path.name

    def read(self) -> Head | None:
        """What the witness says; None when it says nothing."""
        try:
            seq, row_hash, seal = self._path.read_text("ascii").split()
            return Head(int(seq), row_hash) if seal == _seal(seq, row_hash) else None
        except (OSError, ValueError):
            return None

    def write(self, head: Head) -> None:
        """Remember a record that is on disk; a disk that refuses costs the witness only."""
        line = f"{head.seq} {head.hash} {_seal(str(head.seq), head.hash)}".ljust(_LENGTH)
        with suppress(OSError):
            if self._file is None:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o644)
            os.pwrite(self._file, line.encode("ascii"), 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _seal(seq: str, row_hash: str) -> str:
    return hashlib.sha256(f"{seq} {row_hash}".encode("ascii")).hexdigest()[:16]
