"""The incidents somebody may still change, at hand."""

from collections import OrderedDict

from aegis.domain.incident import Incident
from data.fold import fold_all
from data.journal import Journal


class LiveIncidents:
    """A bounded cache over the journal, for the thread that writes; others may peek.

    What is not at hand is folded from its own history: nothing has to be loaded at start,
    and the cache may be emptied at any time.
    """

    def __init__(self, journal: Journal, capacity: int = 2000) -> None:
        self._journal = journal
        self._capacity = capacity
        self._incidents: OrderedDict[str, Incident] = OrderedDict()

    def get(self, incident_id: str) -> Incident | None:
        """The incident as it stands; None when there is none, or no more."""
        incident = self._incidents.get(incident_id)
        if incident is not None:
            self._incidents.move_to_end(incident_id)
            return incident
        incident = fold_all(row.entry for row in self._journal.history(incident_id))
        if incident is not None:
            self.put(incident_id, incident)
        return incident

    def peek(self, incident_id: str) -> Incident | None:
        """The incident if it is at hand; safe from any thread."""
        return self._incidents.get(incident_id)

    def put(self, incident_id: str, incident: Incident | None) -> None:
        """Keep what an incident became; None when it was deleted."""
        if incident is None:
            self._incidents.pop(incident_id, None)
            return
        self._incidents[incident_id] = incident
        self._incidents.move_to_end(incident_id)
        if len(self._incidents) > self._capacity:
            self._incidents.popitem(last=False)

    def clear(self) -> None:
        """Forget everything at hand, when it may differ from what is on disk."""
        self._incidents.clear()
