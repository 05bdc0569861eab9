"""Frames to alerts, grouped as the store groups them into incidents."""

from collections import deque

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.domain.simulation import Alert
from data.change import IncidentExtended, IncidentOpened
from data.entry import Entry
from data.fold import fold
from data.grouping import find_group, gap_s, is_settled, place_key, place_keys, tells_better
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
        elif not _is_old_news(group, seen):
            self._keep(group, Entry.of(group.id, seen.captured_at, _extension(group, seen)))

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


def _is_old_news(incident: Incident, seen: Assessment) -> bool:
    """What has been judged for long and has not moved counts twice in a quiet gap, as kept."""
    is_recent = gap_s(incident, seen.captured_at) < seen.quiet_gap_s / 2
    return is_recent and is_settled(incident, seen)


def _extension(incident: Incident, seen: Assessment) -> IncidentExtended:
    is_new_camera = seen.camera_id is not None and seen.camera_id not in incident.cameras
    is_new_key = seen.grouping_key not in incident.grouping_keys
    return IncidentExtended(
        captured_at=seen.captured_at,
        severity=seen.severity,
        confidence=seen.confidence,
        account=seen if tells_better(incident, seen) else None,
        camera_id=seen.camera_id if is_new_camera else None,
        place_key=place_key(seen) if is_new_camera else None,
        grouping_key=seen.grouping_key if is_new_key else None,
    )
