"""What operators made of incidents, folded from the journal."""

from aegis.domain.incident import IncidentStatus
from aegis.domain.policy import Verdict
from data.change import IncidentOpened, StatusChanged
from data.entry import Entry
from data.journal import Journal

_CONFIRMED = {
    IncidentStatus.FALSE_POSITIVE: False,
    IncidentStatus.RESOLVED: True,
    IncidentStatus.ESCALATED: True,
}
_MOST = 100
"""So many of the latest verdicts on a rule at a camera count."""


class VerdictBook:
    """The verdicts that stand: a status that is taken back leaves none.

    An incident's last decision is its verdict, in the order of those decisions. Deleting the
    incident later does not take the verdict back.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._seq = 0
        self._standing: dict[str, Verdict] = {}

    @property
    def seq(self) -> int:
        """The last decision that was read; it grows with every one."""
        return self._seq

    def verdicts(self) -> tuple[Verdict, ...]:
        """Those that stand now, the earliest decision first; at most 100 a rule and camera."""
        self._catch_up()
        return tuple(self._standing.values())

    def _catch_up(self) -> None:
        while rows := self._journal.status_changes(self._seq):
            for row in rows:
                self._note(row.entry)
                self._seq = row.seq

    def _note(self, entry: Entry) -> None:
        if not isinstance(entry.change, StatusChanged):
            return
        self._standing.pop(entry.incident_id, None)
        is_confirmed = _CONFIRMED.get(entry.change.update.status)
        opened = self._journal.opening_of(entry.incident_id)
        if is_confirmed is None or opened is None:
            return
        change = opened.entry.change
        if not isinstance(change, IncidentOpened) or change.assessment.rule is None:
            return
        verdict = Verdict(
            rule=change.assessment.rule,
            camera_id=change.assessment.camera_id,
            incident_id=entry.incident_id,
            is_confirmed=is_confirmed,
            decided_at=entry.recorded_at,
        )
        self._standing[entry.incident_id] = verdict
        self._forget_oldest(verdict)

    def _forget_oldest(self, latest: Verdict) -> None:
        alike = [
            incident_id
            for incident_id, it in self._standing.items()
            if (it.rule, it.camera_id) == (latest.rule, latest.camera_id)
        ]
        for incident_id in alike[:-_MOST]:
            del self._standing[incident_id]
