"""How urgently an incident calls for service, from 0 to 4.

Source: ANSI/TMA-AVS-01, Alarm Validation Scoring Standard. Its levels: 0 no call for
service, 1 a call with limited information, 2 a person is there, 3 a threat to property,
4 a threat to life. How the facts of Aegis map to them is ours, and all of it is here.
"""

from dataclasses import dataclass

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.observation import FOLLOWER
from policies.threat.facts import Facts
from policies.threat.firing import Hit

_AGAINST_PROPERTY = frozenset({"package_theft", "climbing", "trying_doors"})
_PEOPLE = frozenset({"person", FOLLOWER})
_OF_THINGS = frozenset({"camera_tamper", "abandoned_object"})


@dataclass(frozen=True, slots=True)
class AlarmLevel:
    """The level, and in words what justifies it."""

    level: int
    facts: tuple[str, ...]


def rate_alarm(hit: Hit, facts: Facts) -> AlarmLevel:
    """The level of an incident that this rule opened or goes on with.

    4: violence. 3: vandalism; an act against property by way of intrusion, or out of hours
    or within a restricted zone; a person within a restricted zone out of hours. 2: another
    intrusion; another act against property; any person out of hours or within a restricted
    zone. 1: what concerns things, nobody confirmed; behavior of people at a permitted time
    and place. 0: the same, of low severity.
    """
    circumstances = _circumstances(hit, facts)
    level = _level(hit, len(circumstances))
    words = hit.rule.subtype.replace("_", " ")
    return AlarmLevel(level, (f"{hit.rule.type}: {words}", *_people(hit, facts), *circumstances))


def _level(hit: Hit, circumstances: int) -> int:
    rule = hit.rule
    if rule.type is IncidentType.VIOLENCE:
        return 4
    if rule.type is IncidentType.VANDALISM:
        return 3
    is_intrusion = rule.type is IncidentType.INTRUSION
    if rule.subtype in _AGAINST_PROPERTY:
        return 3 if is_intrusion or circumstances else 2
    if circumstances == 2:
        return 3
    if is_intrusion or circumstances:
        return 2
    if rule.subtype in _OF_THINGS:
        return 1
    return 0 if hit.severity is Severity.LOW else 1


def _people(hit: Hit, facts: Facts) -> list[str]:
    count = sum(facts.subjects[index]["label"] in _PEOPLE for index in hit.subjects)
    return [f"{count} x person seen"] if count else []


def _circumstances(hit: Hit, facts: Facts) -> list[str]:
    """What makes the presence of these very people noteworthy; empty without people."""
    people = [it for it in (facts.subjects[i] for i in hit.subjects) if it["label"] in _PEOPLE]
    if not people:
        return []
    zones = sorted({name for person in people for name in person["restricted_zones"]})
    within = [f"within restricted {', '.join(map(repr, zones))}"] if zones else []
    return within + ([] if facts.site["is_open"] else ["out of hours"])
