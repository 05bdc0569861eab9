"""Facts and rules to a judgement."""

from collections.abc import Iterable
from typing import Any

from aegis.domain.assessment import Assessment, Subject
from aegis.domain.observation import Observation
from aegis.domain.site import Site
from aegis.errors import AnalysisFailed
from policies.threat.alarm_level import rate_alarm
from policies.threat.facts import Facts, gather_facts
from policies.threat.firing import Hit, fire
from policies.threat.normality import normal_assessment
from policies.threat.rules import ThreatRules
from policies.threat.thresholds import UNMOVED, Thresholds
from policies.threat.wording import describe, locate, main_zone, word, words_about


def assess(
    observation: Observation, site: Site, rules: ThreatRules, thresholds: Thresholds = UNMOVED
) -> Assessment:
    """The judgement of one frame; pure.

    Every rule looks at the subjects it believes. The gravest one that fires gives the
    assessment, of equally grave ones the first in the file; the others are named in
    `facts.other_rules`. A rule that fails on this frame is named in `facts.failed_rules`
    beside an incident; without an incident it raises AnalysisFailed, because a failure is
    no "all clear". A rule whose confidence is under its threshold at this camera says
    nothing; its confidence is a doubt of the normal judgement.
    """
    facts = gather_facts(observation, site)
    firing = fire(rules, facts)
    hits = [hit for hit in firing.hits if _is_sure(hit, observation.camera_id, thresholds)]
    if hits:
        leading = min(hits, key=lambda hit: -hit.severity.rank)
        others = [hit.rule.name for hit in hits if hit is not leading]
        kept = _kept_facts(leading, facts, others, firing.failed)
        return _incident(leading, observation, site, facts, rules).changed_by({"facts": kept})
    if firing.failed:
        names = ", ".join(sorted(firing.failed))
        raise AnalysisFailed(f"rules that failed on this frame: {names}")
    doubts = [hit.confidence for hit in firing.hits]
    return normal_assessment(observation, facts, version_of(site, rules), doubts)


def version_of(site: Site, rules: ThreatRules) -> str:
    """What names the policy that judged: the hash of the rules, a dot, the hash of the site."""
    return f"{rules.version}.{site.version}"


def _is_sure(hit: Hit, camera_id: str | None, thresholds: Thresholds) -> bool:
    """Rounded as people see it, so that a threshold of 50 lets a shown 50.0 pass."""
    return round(100 * hit.confidence, 1) >= thresholds.of(hit.rule, camera_id)


def _incident(
    hit: Hit, observation: Observation, site: Site, facts: Facts, rules: ThreatRules
) -> Assessment:
    rule = hit.rule
    camera = site.camera(observation.camera_id)
    alarm = rate_alarm(hit, facts)
    return Assessment(
        type=rule.type,
        subtype=rule.subtype,
        severity=hit.severity,
        confidence=round(100 * hit.confidence, 1),
        reasoning=word(rule.reasoning, words_about(hit.subjects, observation, facts, site)),
        subjects=tuple(
            _subject(hit, place, observation, facts, site) for place in range(len(hit.subjects))
        ),
        captured_at=observation.captured_at,
        camera_id=observation.camera_id,
        location=observation.location or camera.location,
        frame_number=observation.frame_number,
        rule=rule.name,
        policy_version=version_of(site, rules),
        grouping_key=_grouping_key(hit, observation),
        quiet_gap_s=rule.quiet_gap_s,
        cooldown_s=rule.cooldown_s,
        max_duration_s=rule.max_duration_s,
        nearby=dict(site.nearby(observation.camera_id)),
        part_of=rule.part_of,
        parts=rules.parts.get(rule.name, ()),
        alarm_level=alarm.level,
        alarm_facts=alarm.facts,
    )


def _subject(hit: Hit, place: int, observation: Observation, facts: Facts, site: Site) -> Subject:
    """The one at this place among the hit's subjects."""
    before, (index, *after) = hit.subjects[:place], hit.subjects[place:]
    seen, this_first = observation.subjects[index], (index, *before, *after)
    return Subject(
        description=describe(seen),
        behavior=word(hit.rule.behavior, words_about(this_first, observation, facts, site)),
        location=locate(seen, observation),
        bbox=seen.bbox,
        track_id=seen.track_id,
    )


def _grouping_key(hit: Hit, observation: Observation) -> str | None:
    """None for a picture without a camera: nothing connects it with another."""
    if observation.camera_id is None:
        return None
    rule = hit.rule
    leading = observation.subjects[hit.subjects[0]] if hit.subjects else None
    parts = {
        "zone": f"zone={main_zone(leading) if leading else ''}",
        "visit": f"visit={observation.visit}",
        "track": f"track={(leading.track_id if leading else None) or 0}",
    }
    chosen = [parts[part] for part in rule.group_by]
    return "|".join([rule.name, f"camera={observation.camera_id}", *chosen])


def _kept_facts(
    hit: Hit, facts: Facts, others: Iterable[str], failed: dict[str, str]
) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "subject": facts.subjects[hit.subjects[0]] if hit.subjects else {},
        "scene": facts.scene,
        "site": facts.site,
        "params": dict(hit.rule.params),
        "other_rules": list(others),
    }
    return kept | ({"failed_rules": failed} if failed else {})
