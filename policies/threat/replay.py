"""Rules over what was seen before: which alerts there would have been."""

from collections.abc import Iterable

from aegis.domain.observation import Observation
from aegis.domain.simulation import Alert, Replayed
from aegis.domain.site import Site
from aegis.errors import AnalysisFailed
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules


def replay(observations: Iterable[Observation], site: Site, rules: ThreatRules) -> Replayed:
    """The alerts that these rules raise over observations, each camera's in order of time; pure.

    Frames with one grouping key are one alert while they come within the rule's quiet gap,
    as the store has it; what reaches over several cameras or days is not joined. A frame on
    which a rule fails is counted.
    """
    running: dict[str, Alert] = {}
    ended: list[Alert] = []
    frames = failed = 0
    for observation in observations:
        frames += 1
        try:
            seen = assess(observation, site, rules)
        except AnalysisFailed:
            failed += 1
            continue
        if not seen.is_incident:
            continue
        key = seen.grouping_key or f"{seen.rule}|{frames}"
        known = running.get(key)
        gap_s = (seen.captured_at - known.ended_at).total_seconds() if known else 0.0
        if known and gap_s <= seen.quiet_gap_s:
            worse = max(known.severity, seen.severity, key=lambda it: it.rank)
            update = {"ended_at": seen.captured_at, "severity": worse, "frames": known.frames + 1}
            running[key] = known.model_copy(update=update)
            continue
        if known:
            ended.append(known)
        running[key] = Alert(
            rule=seen.rule or "",
            camera_id=observation.camera_id or "",
            began_at=seen.captured_at,
            ended_at=seen.captured_at,
            severity=seen.severity,
        )
    alerts = sorted([*ended, *running.values()], key=lambda it: (it.began_at, it.rule))
    return Replayed(frames=frames, failed=failed, alerts=tuple(alerts))
