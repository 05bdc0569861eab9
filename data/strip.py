"""The small pictures around an incident's best frame: which are kept, and under which path."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aegis.domain.analysis import StripFrame
from aegis.domain.incident import EvidenceFrame, Incident
from data.evidence import Picture

MOST_FRAMES = 9
"""So many small pictures an incident has at most."""
_APART = timedelta(seconds=1)
"""Frames that come after the best one are kept no closer than this."""


@dataclass(frozen=True, slots=True)
class Strip:
    """frames: the whole strip from now on; pictures: those that have to be written for it."""

    frames: tuple[EvidenceFrame, ...]
    pictures: tuple[Picture, ...] = ()

    @property
    def thumbnail_path(self) -> str | None:
        """The small picture of the frame itself, the last of the strip."""
        return self.frames[-1].path if self.frames else None


def make_strip(incident_id: str, began_at: datetime, frames: Sequence[StripFrame]) -> Strip:
    """The strip of a best frame: what was seen before it, then the frame itself."""
    kept: dict[str, EvidenceFrame] = {}
    pictures = []
    for frame in frames[-MOST_FRAMES:]:
        picture = Picture.small(incident_id, began_at, frame.jpeg)
        shown = EvidenceFrame(
            captured_at=frame.captured_at, path=picture.path, sha256=picture.sha256
        )
        kept.pop(picture.path, None)
        kept[picture.path] = shown
        pictures.append(picture)
    return Strip(tuple(kept.values()), tuple(pictures))


def prolong_strip(incident: Incident, frames: Sequence[StripFrame]) -> Strip | None:
    """The strip with the newest frame at its end; None when it is full, or that is too close."""
    known = incident.evidence_strip
    if not frames or not known or len(known) >= MOST_FRAMES:
        return None
    newest = frames[-1]
    if newest.captured_at < known[-1].captured_at + _APART:
        return None
    added = make_strip(incident.id, incident.timestamp, [newest])
    if added.thumbnail_path in {frame.path for frame in known}:
        return None
    return Strip((*known, *added.frames), added.pictures)
