"""Evidence pictures: the best JPEG of an incident and small ones, in a folder for each day."""

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from aegis.domain.value import to_utc
from aegis.errors import NotFound, ServiceUnavailable
from data.durable_folder import make_folder, sync

_PATH = re.compile(
    r"/evidence/([0-9]{4}-[0-9]{2}-[0-9]{2})/((incident_[1-9][0-9]{0,17})(?:\.[0-9a-f]{16})?)\.jpg"
)
_STAGING = ".staged"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_STAGED = re.compile(r"(incident_[1-9][0-9]{0,17}(?:\.[0-9a-f]{16})?)\.([0-9a-f]{64})\.jpg")


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG on its way to be an incident's evidence.

    path: `/evidence/YYYY-MM-DD/incident_N.jpg`, or with the start of its hash before the
    `.jpg` for a small one; sha256: of the bytes, hexadecimal.
    """

    incident_id: str
    path: str
    jpeg: bytes
    sha256: str

    @classmethod
    def of(cls, incident_id: str, timestamp: datetime, jpeg: bytes) -> Self:
        """The evidence of an incident that began at `timestamp`; its UTC day names the folder."""
        path = f"{_day_of(timestamp)}/{incident_id}.jpg"
        return cls(incident_id, path, jpeg, hashlib.sha256(jpeg).hexdigest())

    @classmethod
    def small(cls, incident_id: str, timestamp: datetime, jpeg: bytes) -> Self:
        """One of the small pictures around the best one; its content names it."""
        sha256 = hashlib.sha256(jpeg).hexdigest()
        path = f"{_day_of(timestamp)}/{incident_id}.{sha256[:16]}.jpg"
        return cls(incident_id, path, jpeg, sha256)


@dataclass(frozen=True, slots=True)
class StagedPicture:
    """A durable picture that no incident shows yet; name: the file's to be, without `.jpg`."""

    name: str
    sha256: str

    @property
    def incident_id(self) -> str:
        """Whose picture it is."""
        return self.name.partition(".")[0]

    def goes_to(self, evidence_path: str) -> bool:
        """Whether it is on its way to this path."""
        return evidence_path.endswith(f"/{self.name}.jpg")


class EvidenceFolder:
    """The pictures under `root/YYYY-MM-DD/`: `incident_N.jpg` and small ones beside it.

    A picture is staged (durable, but not shown) before the journal speaks of it, and
    published by a rename afterwards: at every moment the picture shown and the hash in the
    journal can be brought together again. Raises ServiceUnavailable when the disk refuses.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._staging = root / _STAGING
        make_folder(self._staging)
        self._durable_days: set[str] = set()
        self._pool = ThreadPoolExecutor(8, "evidence")
        self._sizes: dict[str, tuple[int, int]] = {}

    def stage(self, pictures: Sequence[Picture]) -> None:
        """Put the pictures on disk; they are durable when this returns."""
        try:
            list(self._pool.map(self._stage_one, pictures))
            sync(self._staging)
        except OSError as error:
            raise ServiceUnavailable(f"Evidence cannot be written: {error.strerror}") from error

    def publish(self, sha256: str, evidence_path: str) -> None:
        """Show a staged picture at its path, in place of an earlier one."""
        target = self._locate(evidence_path)
        try:
            self._open_day(target.parent)
            self._staged_file(target.stem, sha256).replace(target)
        except OSError as error:
            raise ServiceUnavailable(f"Evidence cannot be shown: {error.strerror}") from error

    def discard(self, staged: StagedPicture) -> None:
        """Forget a picture that no entry of the journal speaks of."""
        self._staged_file(staged.name, staged.sha256).unlink(missing_ok=True)

    def staged(self) -> Iterator[StagedPicture]:
        """What a crash left between staging and publishing; half-written files are removed."""
        for file in sorted(self._staging.iterdir()):
            match = _STAGED.fullmatch(file.name)
            if match:
                yield StagedPicture(match[1], match[2])
            else:
                file.unlink()

    def read(self, evidence_path: str) -> bytes:
        """The JPEG at an incident's path; raises NotFound."""
        try:
            return self._locate(evidence_path).read_bytes()
        except FileNotFoundError:
            raise NotFound("There is no such evidence") from None
        except OSError as error:
            raise ServiceUnavailable(f"Evidence cannot be read: {error.strerror}") from error

    def delete(self, evidence_paths: Iterable[str]) -> None:
        """Remove pictures; those that are gone already do not matter."""
        for evidence_path in evidence_paths:
            self._locate(evidence_path).unlink(missing_ok=True)

    def days(self) -> list[str]:
        """The days that have a folder, oldest first."""
        return sorted(file.name for file in self._root.iterdir() if _DAY.fullmatch(file.name))

    def paths_of(self, day: str) -> list[str]:
        """The evidence paths of one day."""
        files = (f"/evidence/{day}/{file.name}" for file in (self._root / day).iterdir())
        return [path for path in files if _PATH.fullmatch(path)]

    def used_bytes(self) -> int:
        """What all pictures take on disk; only folders that changed are counted again."""
        self._sizes = {day: self._size_of_day(day) for day in self.days()}
        return sum(size for _, size in self._sizes.values())

    def size_of(self, evidence_path: str) -> int:
        """Bytes on disk; 0 when it is not there."""
        try:
            return self._locate(evidence_path).stat().st_size
        except OSError:
            return 0

    def close(self) -> None:
        """Let the writing threads go."""
        self._pool.shutdown()

    def _open_day(self, day: Path) -> None:
        """Have a day's folder; the first picture of a day waits for its name to be durable."""
        if day.name in self._durable_days and day.is_dir():
            return
        make_folder(day)
        self._durable_days.add(day.name)

    def _size_of_day(self, day: str) -> tuple[int, int]:
        changed_at = (self._root / day).stat().st_mtime_ns
        known = self._sizes.get(day)
        if known and known[0] == changed_at:
            return known
        return changed_at, sum(file.stat().st_size for file in (self._root / day).iterdir())

    def _locate(self, evidence_path: str) -> Path:
        match = _PATH.fullmatch(evidence_path)
        if match is None:
            raise NotFound("There is no such evidence")
        return self._root / match[1] / f"{match[2]}.jpg"

    def _staged_file(self, name: str, sha256: str) -> Path:
        return self._staging / f"{name}.{sha256}.jpg"

    def _stage_one(self, picture: Picture) -> None:
        target = self._staged_file(self._locate(picture.path).stem, picture.sha256)
        half = target.with_suffix(".half")
        with half.open("wb") as file:
            file.write(picture.jpeg)
            file.flush()
            os.fsync(file.fileno())
        half.replace(target)


def staged_file(root: Path, evidence_path: str, sha256: str) -> Path:
    """Where a picture waits until it is shown."""
    return root / _STAGING / f"{Path(evidence_path).stem}.{sha256}.jpg"


def incident_of(evidence_path: str) -> str | None:
    """The incident whose picture a path names; None when it is no such path."""
    match = _PATH.fullmatch(evidence_path)
    return match[3] if match else None


def _day_of(timestamp: datetime) -> str:
    return f"/evidence/{to_utc(timestamp).date().isoformat()}"
