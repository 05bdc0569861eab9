"""Rules over what was seen before: which alerts there would have been."""

from collections.abc import Iterable

from actors.alert_count import AlertCount
from aegis.domain.observation import Observation
from aegis.domain.simulation import Replayed
from aegis.domain.site import Site
from aegis.errors import AnalysisFailed
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules
from policies.threat.thresholds import UNMOVED, Thresholds


def replay(
    observations: Iterable[Observation],
    site: Site,
    rules: ThreatRules,
    thresholds: Thresholds = UNMOVED,
) -> Replayed:
    """The alerts that these rules raise over observations of any order; pure.

    A frame on which a rule fails is counted. What goes on over the end of the observations,
    such as midnight, is not joined.
    """
    count = AlertCount()
    frames = failed = 0
    for observation in sorted(observations, key=lambda it: it.captured_at):
        frames += 1
        try:
            seen = assess(observation, site, rules, thresholds)
        except AnalysisFailed:
            failed += 1
            continue
        if seen.is_incident:
            count.add(seen)
    return Replayed(frames=frames, failed=failed, alerts=count.alerts())
