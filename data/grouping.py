"""Which frames are one incident."""

from collections.abc import Iterable
from datetime import datetime

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident

_CLEARLY = 10.0
"""Points of confidence by which a frame must win to tell the event instead."""


def find_group(candidates: Iterable[Incident], assessment: Assessment) -> Incident | None:
    """The incident this frame belongs to: the nearest in time within the quiet gap.

    candidates: incidents of the frame's grouping key; of two as near, the first wins. The
    frame may also be late: before the first or between the frames that are known.
    """
    near = [
        incident
        for incident in candidates
        if gap_s(incident, assessment.captured_at) <= assessment.quiet_gap_s
    ]
    return min(near, key=lambda incident: gap_s(incident, assessment.captured_at), default=None)


def gap_s(incident: Incident, moment: datetime) -> float:
    """Seconds between a moment and the time in which the incident was seen; 0 within it."""
    before = (incident.first_seen - moment).total_seconds()
    after = (moment - incident.last_seen).total_seconds()
    return max(before, after, 0.0)


def goes_on(incident: Incident, assessment: Assessment) -> bool:
    """Whether the frame tells how the same event went on: same rule, not late."""
    return assessment.rule == incident.rule and assessment.captured_at >= incident.last_seen


def tells_better(incident: Incident, assessment: Assessment) -> bool:
    """Whether a further frame shows the event clearly better.

    That is graver, of a higher alarm level, or much surer.
    """
    if assessment.severity is not incident.severity:
        return assessment.severity.rank > incident.severity.rank
    if assessment.alarm_level != incident.alarm_level:
        return assessment.alarm_level > incident.alarm_level
    return assessment.confidence >= incident.confidence + _CLEARLY
