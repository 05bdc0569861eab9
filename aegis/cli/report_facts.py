"""A stretch of time in figures."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from aegis.api.schemas import IncidentAnswer
from aegis.domain.assessment import Severity
from aegis.domain.incident import OPEN_STATUSES, IncidentStatus


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of a zone's calendar, from midnight to midnight."""

    first: date
    days: int
    zone: ZoneInfo

    @property
    def begin(self) -> datetime:
        """The first moment."""
        return datetime.combine(self.first, time(), tzinfo=self.zone)

    @property
    def end(self) -> datetime:
        """The first moment that no more belongs to it."""
        return datetime.combine(self.first + timedelta(days=self.days), time(), tzinfo=self.zone)

    @property
    def title(self) -> str:
        """For people."""
        last = self.first + timedelta(days=self.days - 1)
        if self.days == 1:
            return f"{self.first:%A, %d %B %Y}"
        return f"{self.first:%d %B} to {last:%d %B %Y} (week {self.first.isocalendar().week})"


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the charts show; severities from critical to low.

    slots: hours of the day, or days of the week, each with its counts by severity.
    hours: counts by weekday (0 Monday) and hour. decided_after_s: median from recording to
    the first decision.
    """

    total: int
    open: int
    false_positives: int
    actions: int
    decided_after_s: float | None
    slots: tuple[tuple[str, Counter[str]], ...]
    cameras: tuple[tuple[str, Counter[str]], ...]
    kinds: tuple[tuple[str, Counter[str]], ...]
    severities: Counter[str]
    hours: Counter[tuple[int, int]]


def gather(incidents: Sequence[IncidentAnswer], period: Period) -> ReportFacts:
    """The figures of the incidents that happened in a period."""
    waits = [
        (it.status_history[0].changed_at - it.created_at).total_seconds()
        for it in incidents
        if it.status_history
    ]
    local = [it.timestamp.astimezone(period.zone) for it in incidents]
    return ReportFacts(
        total=len(incidents),
        open=sum(it.status in OPEN_STATUSES for it in incidents),
        false_positives=sum(it.status is IncidentStatus.FALSE_POSITIVE for it in incidents),
        actions=sum(len(it.actions_taken) for it in incidents),
        decided_after_s=median(waits) if waits else None,
        slots=_slots(incidents, local, period),
        cameras=_most(incidents, [it.camera_id or "no camera" for it in incidents]),
        kinds=_most(incidents, [(it.subtype or it.type).replace("_", " ") for it in incidents]),
        severities=Counter(str(it.severity) for it in incidents),
        hours=Counter((moment.weekday(), moment.hour) for moment in local),
    )


def by_gravity(incidents: Sequence[IncidentAnswer]) -> list[IncidentAnswer]:
    """The gravest first, then the newest."""
    return sorted(
        incidents, key=lambda it: (-Severity(it.severity).rank, -it.timestamp.timestamp())
    )


def _slots(
    incidents: Sequence[IncidentAnswer], local: Sequence[datetime], period: Period
) -> tuple[tuple[str, Counter[str]], ...]:
    if period.days == 1:
        names = [f"{hour:02}" for hour in range(24)]
        where = [f"{moment.hour:02}" for moment in local]
    else:
        names = [f"{period.first + timedelta(days=day):%a %d}" for day in range(period.days)]
        where = [f"{moment:%a %d}" for moment in local]
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for incident, name in zip(incidents, where, strict=True):
        counts[name][str(incident.severity)] += 1
    return tuple(counts.items())


def _most(
    incidents: Sequence[IncidentAnswer], names: Sequence[str], at_most: int = 10
) -> tuple[tuple[str, Counter[str]], ...]:
    counts: dict[str, Counter[str]] = {}
    for incident, name in zip(incidents, names, strict=True):
        counts.setdefault(name, Counter())[str(incident.severity)] += 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1].total(), pair[0]))
    return tuple(ordered[:at_most])
