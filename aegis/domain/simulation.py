"""What would have been, had the rules been others."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Self

from aegis.domain.assessment import Severity
from aegis.domain.incident import Incident, IncidentStatus
from aegis.domain.value import UtcDatetime, Value

Progress = Callable[[int, int], None]
"""Told how many days are done, and of how many; first with 0, as soon as the work begins."""
_CONFIRMED = frozenset({IncidentStatus.RESOLVED, IncidentStatus.ESCALATED})


class Alert(Value):
    """One event that rules would have told of; cameras: all that showed it."""

    rule: str
    camera_id: str
    cameras: tuple[str, ...] = ()
    began_at: UtcDatetime
    ended_at: UtcDatetime
    severity: Severity
    frames: int = 1


class Replayed(Value):
    """What rules made of some observations; failed: frames on which a rule failed."""

    frames: int = 0
    failed: int = 0
    alerts: tuple[Alert, ...] = ()

    def __add__(self, other: Self) -> Self:
        """Both together."""
        return self.model_copy(
            update={
                "frames": self.frames + other.frames,
                "failed": self.failed + other.failed,
                "alerts": (*self.alerts, *other.alerts),
            }
        )


class ReplayedDay(Value):
    """A day under both policies; damaged: its observations could not be read."""

    day: date
    before: Replayed = Replayed()
    after: Replayed = Replayed()
    damaged: str | None = None


class AlertChange(Value):
    """How many alerts one rule would have raised at one camera, by the policies."""

    rule: str
    camera_id: str
    before: int
    after: int


class LostIncident(Value):
    """An incident that people confirmed and that the new policy would not have told of."""

    id: str
    rule: str | None
    camera_id: str | None
    timestamp: UtcDatetime
    severity: Severity
    actions: tuple[str, ...] = ()


class SimulationRequest(Value):
    """policy: threat rules as YAML; first_day and last_day are included, UTC."""

    policy: str
    first_day: date
    last_day: date


class SimulationReport(Value):
    """What would differ, over the observations that are archived.

    alerts_before: of the policy in force, replayed over the same observations, so that the
    sampling weighs on both alike. lost: confirmed incidents that the policy in force finds
    in them and the new one does not. unseen: confirmed ones that neither can find there,
    because too little was kept. actions_not_taken: of the lost incidents, by action.
    """

    first_day: date
    last_day: date
    days: int
    frames: int
    failed_frames: int
    policy_before: str
    policy_after: str
    alerts_before: int
    alerts_after: int
    changes: tuple[AlertChange, ...]
    lost: tuple[LostIncident, ...]
    unseen: int
    actions_not_taken: dict[str, int]
    damaged_days: tuple[date, ...] = ()

    @classmethod
    def of(
        cls,
        days: Sequence[ReplayedDay],
        incidents: Iterable[Incident],
        policies: tuple[str, str],
        span: tuple[date, date],
    ) -> Self:
        """Compare the days; policies: the versions before and after."""
        before = sum((day.before for day in days), Replayed())
        after = sum((day.after for day in days), Replayed())
        confirmed = [it for it in incidents if it.status in _CONFIRMED and it.camera_id]
        found = [it for it in confirmed if _is_covered(it, before.alerts)]
        lost = [it for it in found if not _is_covered(it, after.alerts)]
        return cls(
            first_day=span[0],
            last_day=span[1],
            days=len(days),
            frames=after.frames,
            failed_frames=after.failed,
            policy_before=policies[0],
            policy_after=policies[1],
            alerts_before=len(before.alerts),
            alerts_after=len(after.alerts),
            changes=_changes(before.alerts, after.alerts),
            lost=tuple(map(_lost, lost)),
            unseen=len(confirmed) - len(found),
            actions_not_taken=dict(
                Counter(str(action.action) for it in lost for action in it.actions_taken)
            ),
            damaged_days=tuple(day.day for day in days if day.damaged),
        )


def _is_covered(incident: Incident, alerts: Iterable[Alert]) -> bool:
    """Whether some alert of its cameras came while it went on, or close to it."""
    cameras = {incident.camera_id, *incident.cameras}
    slack = timedelta(seconds=max(incident.quiet_gap_s, 5.0))
    return any(
        not cameras.isdisjoint((alert.camera_id, *alert.cameras))
        and alert.began_at <= incident.last_seen + slack
        and alert.ended_at >= incident.first_seen - slack
        for alert in alerts
    )


def _changes(before: Iterable[Alert], after: Iterable[Alert]) -> tuple[AlertChange, ...]:
    """Where the counts differ, the largest difference first."""
    old = Counter((it.rule, it.camera_id) for it in before)
    new = Counter((it.rule, it.camera_id) for it in after)
    changes = [
        AlertChange(rule=rule, camera_id=camera, before=old[rule, camera], after=new[rule, camera])
        for rule, camera in sorted(old.keys() | new.keys())
        if old[rule, camera] != new[rule, camera]
    ]
    return tuple(sorted(changes, key=lambda it: -abs(it.after - it.before)))


def _lost(incident: Incident) -> LostIncident:
    return LostIncident(
        id=incident.id,
        rule=incident.rule,
        camera_id=incident.camera_id,
        timestamp=incident.timestamp,
        severity=incident.severity,
        actions=tuple(str(action.action) for action in incident.actions_taken),
    )
