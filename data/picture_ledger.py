"""Which pictures the journal says there are."""

from collections.abc import Iterable

from data.change import EvidenceEvicted, IncidentDeleted, IncidentExtended, IncidentOpened
from data.entry import Row


class PictureLedger:
    """Follows the journal and knows the SHA-256 of every picture shown, by path."""

    def __init__(self) -> None:
        self.best: dict[str, tuple[str, str]] = {}
        self.small: dict[str, dict[str, str]] = {}

    def follow(self, rows: Iterable[Row]) -> None:
        """Take in further records, in order."""
        for row in rows:
            if not row.is_mark:
                self._take(row)

    @property
    def pictures(self) -> dict[str, str]:
        """Path to hash."""
        shown = dict(self.best.values())
        for frames in self.small.values():
            shown |= frames
        return shown

    def _take(self, row: Row) -> None:
        change, incident_id = row.entry.change, row.incident_id
        if isinstance(change, EvidenceEvicted | IncidentDeleted):
            self.best.pop(incident_id, None)
            self.small.pop(incident_id, None)
        if not isinstance(change, IncidentOpened | IncidentExtended):
            return
        if change.evidence_path and change.evidence_sha256:
            self.best[incident_id] = (change.evidence_path, change.evidence_sha256)
        if change.evidence_strip is not None:
            frames = {frame.path: frame.sha256 for frame in change.evidence_strip}
            self.small[incident_id] = frames
