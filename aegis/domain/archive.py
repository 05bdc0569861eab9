"""What lies in the archive."""

import hashlib
import json
from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field

from aegis.domain.value import Value


class ArchivedFile(Value):
    """One Parquet file of a day; rows: -1 when nobody has counted them yet."""

    name: str = Field(pattern=r"^part-[0-9a-f]{64}\.parquet$")
    sha256: str
    size_bytes: int
    rows: int


class DayManifest(Value):
    """A day's files; sha256: of the list itself, as compact JSON."""

    version: Literal[1] = 1
    files: tuple[ArchivedFile, ...]
    sha256: str

    @classmethod
    def sealed(cls, files: Iterable[ArchivedFile]) -> Self:
        """The manifest of these files."""
        kept = tuple(files)
        return cls(files=kept, sha256=_digest(kept))

    @property
    def is_sealed(self) -> bool:
        """Whether the list is the one that was written."""
        return self.sha256 == _digest(self.files)


def _digest(files: Iterable[ArchivedFile]) -> str:
    text = json.dumps([file.model_dump() for file in files], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
