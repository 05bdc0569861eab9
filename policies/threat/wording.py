"""Sentences about evidence, from templates that people edit."""

from collections.abc import Sequence
from typing import Annotated

from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from policies.template import placeholders
from policies.threat.facts import Facts

PLACEHOLDERS = frozenset(
    {"who", "zone", "dwell", "zone_dwell", "speed", "score"}
    | {"count", "others", "camera", "place", "time", "hours"}
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
    seen, known = observation.subjects[indices[0]], facts.subjects[indices[0]]
    zone = main_zone(seen)
    others = [describe(observation.subjects[index]).lower() for index in indices[1:]]
    return {
        "who": describe(seen).lower(),
        "zone": f"'{zone}'" if zone else "view",
        "dwell": seconds(known["dwell_s"]),
        "zone_dwell": seconds(seen.zone_dwell_s.get(zone, seen.dwell_s)),
        "speed": f"{known['speed']:.1f}",
        "score": f"{known['mean_score']:.0%}",
        "count": str(len(indices)),
        "others": f"; also {', '.join(others)}" if others else "",
        "camera": facts.camera["name"] or "a picture",
        "place": locate(seen, observation),
        "time": f"{site.local_time(observation.captured_at):%H:%M}",
        "hours": "" if facts.site["is_open"] else ", out of hours",
    }


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
