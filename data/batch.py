"""One commit in the making."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.errors import IncidentNotFound, ValidationFailed
from data.change import Change, IncidentOpened
from data.entry import Entry
from data.evidence import Picture
from data.fold import fold, fold_all
from data.grouping import find_group, place_keys
from data.incident_id import make_incident_id
from data.journal import Journal
from data.live_incidents import LiveIncidents
from data.mark import Mark, MarkEntry

_CANDIDATES = 32
"""So many of the latest incidents of a rule at a camera a frame may belong to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done under an idempotency key, and the incident right after it, if any.

    request_digest: of what was asked then, None when nobody said.
    """

    change: Change
    incident_id: str
    incident: Incident | None
    request_digest: str | None = None


class Batch:
    """What the next commit writes, seen as if it were written already.

    entries: in order; pictures: evidence they speak of; incidents: what became of each that
    they touch, None when deleted; hidden: evidence paths that may have to go.
    """

    def __init__(
        self, journal: Journal, live: LiveIncidents, last_number: int, now: datetime
    ) -> None:
        self.now = now
        self.last_number = last_number
        self.entries: list[Entry | MarkEntry] = []
        self.pictures: dict[str, Picture] = {}
        self.incidents: dict[str, Incident | None] = {}
        self.hidden: set[str] = set()
        self._journal = journal
        self._live = live
        self._outcomes: dict[str, Outcome] = {}
        self._marks: dict[str, MarkEntry] = {}
        self._opened: dict[str, list[str]] = {}

    def get(self, incident_id: str) -> Incident | None:
        """The incident as it stands; None when there is none, or no more."""
        if incident_id in self.incidents:
            return self.incidents[incident_id]
        return self._live.get(incident_id)

    def demand(self, incident_id: str) -> Incident:
        """The incident as it stands; raises IncidentNotFound."""
        incident = self.get(incident_id)
        if incident is None:
            raise IncidentNotFound(f"There is no incident {incident_id}")
        return incident

    def group_of(self, assessment: Assessment) -> Incident | None:
        """The incident that a frame belongs to, if there is one."""
        found = dict[str, None]()
        for key in place_keys(assessment):
            found |= dict.fromkeys(self._opened.get(key, []))
            found |= dict.fromkeys(self._journal.opened_under(key, _CANDIDATES))
        return find_group(filter(None, map(self.get, found)), assessment)

    def outcome_of(self, key: str) -> Outcome | None:
        """What was done under a key, in this batch or ever before."""
        if key in self._outcomes:
            return self._outcomes[key]
        row = self._journal.outcome_of(key)
        if row is None:
            return None
        history = self._journal.history(row.incident_id, row.seq)
        incident = fold_all(earlier.entry for earlier in history)
        return Outcome(row.entry.change, row.incident_id, incident, row.request_digest)

    def kept_under(self, key: str, request_digest: str | None) -> Outcome | None:
        """The same, for this very request; raises ValidationFailed for the key of another."""
        kept = self.outcome_of(key)
        digests = {request_digest, kept.request_digest if kept else None} - {None}
        if len(digests) > 1:
            raise ValidationFailed("This idempotency key was used with another body")
        return kept

    def next_id(self) -> str:
        """An id that was never given before."""
        return make_incident_id(self.last_number + 1)

    def open(
        self, incident_id: str, change: IncidentOpened, key: str, request_digest: str | None = None
    ) -> None:
        """Add the entry that opens an incident under the id that `next_id` gave."""
        self.add(incident_id, change, key, request_digest)
        self.last_number += 1

    def add(
        self,
        incident_id: str,
        change: Change,
        key: str | None = None,
        request_digest: str | None = None,
    ) -> None:
        """Add an entry, numbered after those of its incident, and fold it in."""
        before = self.get(incident_id)
        numbered = change.model_copy(update={"revision": before.revision + 1 if before else 1})
        entry = Entry.of(incident_id, self.now, numbered, key, request_digest)
        incident = fold(before, entry)
        self.incidents[incident_id] = incident
        self.entries.append(entry)
        if entry.grouping_key is not None:
            self._opened.setdefault(entry.grouping_key, []).insert(0, incident_id)
        if key is not None:
            self._outcomes[key] = Outcome(entry.change, incident_id, incident, request_digest)

    def mark(self, subject: str, mark: Mark, key: str) -> None:
        """Add a mark; see `marked_under` first, since a key is good for one entry."""
        entry = MarkEntry.of(subject, self.now, mark, key)
        self.entries.append(entry)
        self._marks[key] = entry

    def marked_under(self, key: str) -> tuple[str, str, str] | None:
        """Kind, subject and payload of the mark kept under a key, here or ever before."""
        kept = self._marks.get(key) or self._journal.outcome_of(key)
        return (kept.kind, kept.subject or "", kept.payload) if kept else None

    def show(self, picture: Picture) -> None:
        """Have a picture published with this commit, in place of an earlier one."""
        self.pictures[picture.path] = picture

    def hide(self, evidence_paths: Iterable[str]) -> None:
        """Have pictures removed with this commit, unless an incident shows them after it."""
        self.hidden.update(evidence_paths)

    @property
    def shown(self) -> list[Picture]:
        """The pictures that incidents show after this commit."""
        hashes = self._hashes()
        return [it for it in self.pictures.values() if hashes.get(it.path) == it.sha256]

    @property
    def removed(self) -> list[str]:
        """The evidence paths that no incident shows after this commit."""
        return sorted(self.hidden - self._hashes().keys())

    def _hashes(self) -> dict[str, str]:
        shown: dict[str, str] = {}
        for incident in self.incidents.values():
            shown |= incident.pictures if incident else {}
        return shown
