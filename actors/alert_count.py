"""Frames to alerts, grouped as the store groups them into incidents."""

from collections import deque

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.domain.simulation import Alert
from data.change import IncidentOpened
from data.entry import Entry
from data.fold import fold
from data.grouping import extension, find_group, is_old_news, place_keys
from data.incident_id import make_incident_id

_CANDIDATES = 32
"""So many of the latest alerts of a rule at a camera a frame may belong to, as in the store."""


class AlertCount:
    """The incidents that judgements would have made: nothing is kept but in memory.

    The store's own grouping and fold: quiet gap, cooldown, longest duration, neighbouring
    cameras. Frames come in order of time, or late.
    """

    def __init__(self) -> None:
        self._incidents: dict[str, Incident] = {}
        self._at: dict[str, deque[str]] = {}

    def add(self, seen: Assessment) -> None:
        """One more judgement that is an incident."""
        near = dict.fromkeys(it for key in place_keys(seen) for it in self._at.get(key, ()))
        group = find_group((self._incidents[it] for it in near), seen)
        if group is None:
            incident_id = make_incident_id(len(self._incidents) + 1)
            self._keep(
                None, Entry.of(incident_id, seen.captured_at, IncidentOpened(assessment=seen))
            )
        elif not is_old_news(group, seen):
            self._keep(group, Entry.of(group.id, seen.captured_at, extension(group, seen)))

    def alerts(self) -> tuple[Alert, ...]:
        """What there would have been, by time."""
        found = [
            Alert(
                rule=it.rule or "",
                camera_id=it.camera_id or "",
                cameras=it.cameras,
                began_at=it.first_seen,
                ended_at=it.last_seen,
                severity=it.severity,
                frames=it.frame_count,
            )
            for it in self._incidents.values()
        ]
        return tuple(sorted(found, key=lambda it: (it.began_at, it.rule)))

    def _keep(self, before: Incident | None, entry: Entry) -> None:
        after = fold(before, entry)
        if after is None:
            return
        self._incidents[after.id] = after
        if entry.grouping_key is not None:
            self._at.setdefault(entry.grouping_key, deque(maxlen=_CANDIDATES)).appendleft(after.id)
