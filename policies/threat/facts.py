"""The facts that rules may speak of, made from what was seen and what is known of the site."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aegis.domain.observation import Observation
from aegis.domain.site import Camera, Site
from policies.threat.proximity import measure_nearness
from policies.threat.subject_facts import Places, gather_subject_facts

SCENE_FIELDS = frozenset(
    {"people", "vehicles", "weapons", "alone", "late", "visit", "zone_people", "line_counts"}
    | {
        "fight_score",
        "fight_s",
        "close_s",
        "tamper",
        "tamper_s",
        "tamper_certainty",
        "has_entrances",
    }
)
SITE_FIELDS = frozenset({"name", "is_open", "weekday", "hour"})
CAMERA_FIELDS = frozenset({"id", "name", "location", "described", "attributes"})
SUBJECT_LISTS = frozenset({"group", "subjects"})

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one frame; no value is ever null, so that conditions need no guards.

    subjects: one mapping for each subject of the observation, in its order, with the fields
    SUBJECT_FIELDS; scene, site, camera: with SCENE_FIELDS, SITE_FIELDS, CAMERA_FIELDS. What
    each means is told in docs/policies.md. Site and camera come from the site file only:
    text that came with a frame is no fact, because it could lower an alarm.
    """

    subjects: tuple[dict[str, Any], ...]
    scene: dict[str, Any]
    site: dict[str, Any]
    camera: dict[str, Any]

    def shared(self) -> dict[str, Any]:
        """What every rule sees, whatever subject it looks at."""
        return {
            "subjects": list(self.subjects),
            "scene": self.scene,
            "site": self.site,
            "camera": self.camera,
        }


def gather_facts(observation: Observation, site: Site) -> Facts:
    """The facts of this frame at this site."""
    camera = site.camera(observation.camera_id)
    places = Places.of(camera.zones)
    near = measure_nearness(observation.subjects)
    subjects = tuple(
        gather_subject_facts(subject, observation.resolution_wh, places)
        for subject in observation.subjects
    )
    for subject, *nearness in zip(subjects, *near, strict=True):
        subject["near_person"], subject["companions"], subject["nearest"] = nearness
    return Facts(
        subjects=subjects,
        scene=_scene_facts(observation, camera),
        site=_site_facts(observation, site),
        camera=_camera_facts(observation.camera_id, site),
    )


def _scene_facts(observation: Observation, camera: Camera) -> dict[str, Any]:
    labels = [subject.label for subject in observation.subjects]
    tampering = observation.tampering
    return {
        "people": labels.count("person"),
        "vehicles": labels.count("vehicle"),
        "weapons": labels.count("weapon"),
        "zone_people": dict(Counter(_zones_of_people(observation))),
        "line_counts": {wire: list(both) for wire, both in observation.line_counts.items()},
        "alone": observation.is_alone,
        "late": observation.is_late,
        "visit": observation.visit,
        "fight_score": -1.0 if observation.fight_score is None else observation.fight_score,
        "fight_s": observation.fight_s,
        "close_s": observation.close_s,
        "tamper": tampering.kind if tampering else "",
        "tamper_s": tampering.for_s if tampering else 0.0,
        "tamper_certainty": tampering.certainty if tampering else 0.0,
        "has_entrances": any(zone.kind == "entrance" for zone in camera.zones),
    }


def _zones_of_people(observation: Observation) -> Iterator[str]:
    for subject in observation.subjects:
        if subject.label == "person":
            yield from subject.zones


def _site_facts(observation: Observation, site: Site) -> dict[str, Any]:
    local = site.local_time(observation.captured_at)
    return {
        "name": site.name,
        "is_open": site.is_open(observation.camera_id, observation.captured_at),
        "weekday": _WEEKDAYS[local.weekday()],
        "hour": local.hour + local.minute / 60 + local.second / 3600,
    }


def _camera_facts(camera_id: str | None, site: Site) -> dict[str, Any]:
    camera = site.camera(camera_id)
    return {
        "id": camera_id or "",
        "name": camera.name or camera_id or "",
        "location": camera.location or "",
        "described": camera_id in site.cameras,
        "attributes": dict(camera.attributes),
    }
