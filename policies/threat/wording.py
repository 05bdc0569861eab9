"""Sentences about evidence, from templates that people edit."""

from collections.abc import Callable, Mapping, Sequence
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


def word(template: str, words: Mapping[str, str]) -> str:
    """The template with its words in place, begun with a capital."""
    text = " ".join(template.format_map(words).split())
    return text[:1].upper() + text[1:]


def words_about(
    indices: Sequence[int], observation: Observation, facts: Facts, site: Site
) -> Mapping[str, str]:
    """A word for each placeholder; the first of these subjects is the one spoken of."""
    return _Words(indices, observation, facts, site)


class _Words(dict[str, str]):
    """Each word is found when a template asks for it: most ask for two or three."""

    def __init__(
        self, indices: Sequence[int], observation: Observation, facts: Facts, site: Site
    ) -> None:
        super().__init__(count=str(len(indices)))
        self._indices, self._observation = indices, observation
        self._facts, self._site = facts, site

    def __missing__(self, name: str) -> str:
        if self._indices and name in _OF_SUBJECT:
            index = self._indices[0]
            return _OF_SUBJECT[name](self._observation.subjects[index], self._facts.subjects[index])
        if self._indices and name == "place":
            return locate(self._observation.subjects[self._indices[0]], self._observation)
        if self._indices and name == "others":
            others = [describe(self._observation.subjects[it]).lower() for it in self._indices[1:]]
            return f"; also {', '.join(others)}" if others else ""
        if name in _OF_SCENE:
            return _OF_SCENE[name](self._observation, self._facts, self._site)
        return ""


_OF_SCENE: dict[str, Callable[[Observation, Facts, Site], str]] = {
    "camera": lambda _, facts, __: facts.camera["name"] or "a picture",
    "place": lambda seen, facts, _: seen.location or facts.camera["location"] or "the camera",
    "time": lambda seen, _, site: f"{site.local_time(seen.captured_at):%H:%M}",
    "hours": lambda _, facts, __: "" if facts.site["is_open"] else ", out of hours",
    "tamper": lambda seen, _, __: seen.tampering.kind if seen.tampering else "as it was",
    "tamper_for": lambda _, facts, __: seconds(facts.scene["tamper_s"]),
    "fight": lambda _, facts, __: f"{max(0.0, facts.scene['fight_score']):.0%}",
}

_OF_SUBJECT: dict[str, Callable[[ObservedSubject, Mapping[str, Any]], str]] = {
    "who": lambda seen, _: describe(seen).lower(),
    "zone": lambda seen, _: f"'{zone}'" if (zone := main_zone(seen)) else "view",
    "dwell": lambda _, known: seconds(known["dwell_s"]),
    "zone_dwell": lambda seen, _: seconds(seen.zone_dwell_s.get(main_zone(seen), seen.dwell_s)),
    "speed": lambda _, known: f"{known['speed']:.1f}",
    "score": lambda _, known: f"{known['mean_score']:.0%}",
    "path": lambda _, known: f"{known['path']:.0f}",
    "stops": lambda _, known: str(known["stops"]),
    "history": lambda _, known: _history(known["came_back"]),
    "wire": lambda _, known: f"'{known['crossed'][0]}'" if known["crossed"] else "the line",
    "gap": lambda _, known: _gap(known["behind_s"]),
    "door_visits": lambda _, known: str(known["door_visits"]),
    "touch": lambda _, known: seconds(known["touch_s"]),
    "owner": lambda seen, _: f"person {seen.owner}" if seen.owner else "nobody in view",
    "away": lambda _, known: seconds(known["away_s"]),
}


def _gap(behind_s: float) -> str:
    return seconds(behind_s) if behind_s < NEVER_S else "a while"


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
    if len(zones) == 1:
        return zones[0]
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
