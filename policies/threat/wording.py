"""Sentences about evidence, from templates that people edit."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from policies.template import placeholders
from policies.threat.facts import Facts
from policies.threat.subject_facts import NEVER_S

PLACEHOLDERS = frozenset(
    {"who", "zone", "dwell", "zone_dwell", "speed", "score", "path", "stops"}
    | {"count", "others", "camera", "place", "time", "hours", "history"}
    | {"wire", "gap", "door_visits", "touch", "owner", "away"}
    | {"tamper", "tamper_for", "fight"}
)
"""What a template may name, in braces."""

Template = Annotated[str, placeholders(PLACEHOLDERS)]
"""A text with placeholders such as `{who}`; nothing else in it is interpreted."""


def word(template: str, words: dict[str, str]) -> str:
    """The template with its words in place, begun with a capital."""
    text = " ".join(template.format_map(words).split())
    return text[:1].upper() + text[1:]


def words_about(
    indices: Sequence[int], observation: Observation, facts: Facts, site: Site
) -> dict[str, str]:
    """A word for each placeholder; the first of these subjects is the one spoken of."""
    words = _words_about_scene(observation, facts, site) | {"count": str(len(indices))}
    if not indices:
        return dict.fromkeys(PLACEHOLDERS, "") | words
    others = [describe(observation.subjects[index]).lower() for index in indices[1:]]
    return (
        words
        | _words_about_subject(observation.subjects[indices[0]], facts.subjects[indices[0]])
        | {
            "place": locate(observation.subjects[indices[0]], observation),
            "others": f"; also {', '.join(others)}" if others else "",
        }
    )


def _words_about_scene(observation: Observation, facts: Facts, site: Site) -> dict[str, str]:
    tampering = observation.tampering
    return {
        "camera": facts.camera["name"] or "a picture",
        "place": observation.location or facts.camera["location"] or "the camera",
        "time": f"{site.local_time(observation.captured_at):%H:%M}",
        "hours": "" if facts.site["is_open"] else ", out of hours",
        "tamper": tampering.kind if tampering else "as it was",
        "tamper_for": seconds(facts.scene["tamper_s"]),
        "fight": f"{max(0.0, facts.scene['fight_score']):.0%}",
    }


def _words_about_subject(seen: ObservedSubject, known: Mapping[str, Any]) -> dict[str, str]:
    zone = main_zone(seen)
    return {
        "who": describe(seen).lower(),
        "zone": f"'{zone}'" if zone else "view",
        "dwell": seconds(known["dwell_s"]),
        "zone_dwell": seconds(seen.zone_dwell_s.get(zone, seen.dwell_s)),
        "speed": f"{known['speed']:.1f}",
        "score": f"{known['mean_score']:.0%}",
        "path": f"{known['path']:.0f}",
        "stops": str(known["stops"]),
        "history": _history(known["came_back"]),
        "wire": f"'{known['crossed'][0]}'" if known["crossed"] else "the line",
        "gap": _gap(known["behind_s"]),
        "door_visits": str(known["door_visits"]),
        "touch": seconds(known["touch_s"]),
        "owner": f"person {seen.owner}" if seen.owner else "nobody in view",
        "away": seconds(known["away_s"]),
    }


def _gap(behind_s: float) -> str:
    """Behind whom it crossed by so much, or, where that was not seen, closely before whom."""
    return f"{seconds(behind_s)} behind" if behind_s < NEVER_S else "closely before"


def _history(came_back: int) -> str:
    if not came_back:
        return ""
    return f", came back {({1: 'once', 2: 'twice'}).get(came_back, f'{came_back} times')}"


def describe(subject: ObservedSubject) -> str:
    """`Person 7`, or `Person` where nothing follows it."""
    name = subject.label.replace("_", " ").capitalize()
    return f"{name} {subject.track_id}" if subject.track_id else name


def main_zone(subject: ObservedSubject) -> str:
    """The zone it has stayed in longest, restricted ones first; empty without a zone."""
    zones = subject.restricted_zones or subject.zones
    return max(zones, key=lambda name: subject.zone_dwell_s.get(name, 0.0), default="")


def locate(subject: ObservedSubject, observation: Observation) -> str:
    """The zone it stands in, else the camera's place, else the side of the picture."""
    place = main_zone(subject) or observation.location
    if place:
        return place
    middle = (subject.bbox[0] + subject.bbox[2]) / 2 / observation.resolution_wh[0]
    side = "left" if middle < 1 / 3 else "right" if middle > 2 / 3 else "middle"
    return f"{side} of the picture"


def seconds(duration_s: float) -> str:
    """A duration as people say it: `0.4 s`, `94 s`, `12 min`."""
    if duration_s < 2:
        return f"{duration_s:.1f} s"
    return f"{duration_s:.0f} s" if duration_s < 600 else f"{duration_s / 60:.0f} min"
