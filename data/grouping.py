"""Which frames are one incident."""

from collections.abc import Iterable
from datetime import datetime
from itertools import product

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.domain.observation import Box
from data.change import IncidentExtended

_CLEARLY = 10.0
"""Points of confidence by which a frame must win to tell the event instead."""
_JUST_BEGUN_S = 60.0
"""An incident that is older stays its own, whatever follows."""
_SAME_PLACE = 0.5
"""Overlap (intersection over union) of two boxes from which on a thing has not moved."""


def find_group(candidates: Iterable[Incident], assessment: Assessment) -> Incident | None:
    """The incident this frame belongs to, if any; the frame may also be late.

    In this order: one that has the frame's grouping key, within the quiet gap; one of the
    same rule at the camera, within the rule's cooldown; one of the same rule at a camera
    that people walk to in the time between; a graver one at the camera, of a rule that this
    is part of, within that one's quiet gap; a lesser one there that has just begun, of a rule
    that is part of this. Of several the nearest in time, of equals the first. An incident that
    went on for its longest duration takes only what shows the same unmoved thing, so that it
    neither goes on for ever nor opens another.
    """
    fitting = [
        (rank, gap_s(incident, assessment.captured_at), incident)
        for incident in candidates
        if (rank := _rank(incident, assessment)) is not None
    ]
    return min(fitting, key=lambda found: found[:2], default=(0, 0, None))[2]


def gap_s(incident: Incident, moment: datetime) -> float:
    """Seconds between a moment and the time in which the incident was seen; 0 within it."""
    before = (incident.first_seen - moment).total_seconds()
    after = (moment - incident.last_seen).total_seconds()
    return max(before, after, 0.0)


def place_key(assessment: Assessment) -> str | None:
    """Under what later frames look for this frame's incident: its rule and camera.

    The grouping key itself where either is unknown; None for what is never grouped.
    """
    if assessment.grouping_key is None:
        return None
    return _place_key(assessment.rule, assessment.camera_id) or assessment.grouping_key


def place_keys(assessment: Assessment) -> list[str]:
    """Where the incident of this frame may be found.

    Under its own rule here and at the cameras nearby, and here under what it is part of and
    what is part of it.
    """
    own = place_key(assessment)
    if own is None:
        return []
    nearby = (_place_key(assessment.rule, camera_id) for camera_id in assessment.nearby)
    related = (*assessment.part_of, *assessment.parts)
    here = (_place_key(rule, assessment.camera_id) for rule in related)
    return [own, *filter(None, (*nearby, *here))]


def is_settled(incident: Incident, assessment: Assessment) -> bool:
    """Whether the frame shows what has been judged for long enough and has not changed."""
    return _outlasts(incident, assessment) and is_unmoved(incident, assessment)


def is_unmoved(incident: Incident, assessment: Assessment) -> bool:
    """Whether the frame shows the incident's thing in the same place, and no graver.

    A judgement about the whole scene, without subjects, has not moved.
    """
    if assessment.severity.rank > incident.severity.rank:
        return False
    before, now = incident.subjects, assessment.subjects
    if not before and not now:
        return True
    boxes = ([it.bbox for it in subjects if it.bbox] for subjects in (before, now))
    return any(_overlap(*pair) >= _SAME_PLACE for pair in product(*boxes))


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


def is_old_news(incident: Incident, seen: Assessment) -> bool:
    """What has been judged for long and has not moved is noted twice in a quiet gap only."""
    return gap_s(incident, seen.captured_at) < seen.quiet_gap_s / 2 and is_settled(incident, seen)


def extension(incident: Incident, seen: Assessment) -> IncidentExtended:
    """What the frame changes about the incident it belongs to, but for pictures."""
    is_new_camera = seen.camera_id is not None and seen.camera_id not in incident.cameras
    is_new_key = seen.grouping_key not in incident.grouping_keys
    is_same_rule = seen.rule == incident.rule
    takes_over = _takes_over(seen, incident)
    return IncidentExtended(
        captured_at=seen.captured_at,
        severity=seen.severity,
        confidence=seen.confidence if is_same_rule else incident.confidence,
        reasoning=seen.reasoning if goes_on(incident, seen) else None,
        account=seen if tells_better(incident, seen) else None,
        camera_id=seen.camera_id if is_new_camera else None,
        place_key=place_key(seen) if is_new_camera or takes_over else None,
        grouping_key=seen.grouping_key if is_new_key else None,
        takes_over=takes_over,
    )


def _place_key(rule: str | None, camera_id: str | None) -> str | None:
    return f"{rule}|camera={camera_id}" if rule and camera_id else None


def _rank(incident: Incident, seen: Assessment) -> int | None:
    """0 for the surest way to belong; None for no way."""
    gap = gap_s(incident, seen.captured_at)
    if _outlasts(incident, seen):
        is_same = seen.rule == incident.rule and seen.camera_id in incident.cameras
        within_s = max(seen.max_duration_s or 0.0, seen.quiet_gap_s)
        return 0 if is_same and gap <= within_s and is_unmoved(incident, seen) else None
    if seen.grouping_key in incident.grouping_keys and gap <= seen.quiet_gap_s:
        return 0
    if seen.rule is None:
        return None
    if seen.rule != incident.rule:
        return 3 if _is_part(incident, seen) else 4 if _takes_over(seen, incident) else None
    if seen.camera_id in incident.cameras and 0 < seen.cooldown_s >= gap:
        return 1
    times = [seen.nearby[camera] for camera in incident.cameras if camera in seen.nearby]
    return 2 if times and gap <= max(times) else None


def _is_part(incident: Incident, seen: Assessment) -> bool:
    """Whether a lesser rule tells of what goes on, or just went on, in a graver incident."""
    return (
        incident.is_open
        and incident.rule in seen.part_of
        and seen.camera_id in incident.cameras
        and seen.severity.rank < incident.severity.rank
        and seen.captured_at >= incident.first_seen
        and gap_s(incident, seen.captured_at) <= incident.quiet_gap_s
    )


def _takes_over(seen: Assessment, incident: Incident) -> bool:
    """Whether what began a moment ago turns out to be a part of this graver event."""
    return (
        incident.is_open
        and incident.rule in seen.parts
        and seen.camera_id in incident.cameras
        and seen.severity.rank > incident.severity.rank
        and 0 <= (seen.captured_at - incident.first_seen).total_seconds() <= _JUST_BEGUN_S
        and gap_s(incident, seen.captured_at) <= incident.quiet_gap_s
    )


def _outlasts(incident: Incident, seen: Assessment) -> bool:
    """Whether with this frame the incident would be longer than it may."""
    if seen.max_duration_s is None:
        return False
    begin = min(incident.first_seen, seen.captured_at)
    end = max(incident.last_seen, seen.captured_at)
    return (end - begin).total_seconds() > seen.max_duration_s


def _overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (_area(one) + _area(other) - width * height)


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
