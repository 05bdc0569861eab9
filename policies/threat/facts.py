"""The facts that rules may speak of, made from what was seen and what is known of the site."""

from dataclasses import dataclass
from typing import Any

from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from policies.threat.proximity import count_companions, find_reached

SUBJECT_FIELDS = frozenset(
    {"label", "score", "mean_score", "steady", "frames", "track_id", "dwell_s", "speed", "roam"}
    | {"zones", "restricted_zones", "zone_dwell_s", "restricted_s", "x", "y", "height"}
    | {"near_person", "companions"}
)
SCENE_FIELDS = frozenset({"people", "vehicles", "weapons", "alone", "late", "visit"})
SITE_FIELDS = frozenset({"name", "is_open", "weekday", "hour"})
CAMERA_FIELDS = frozenset({"id", "name", "location", "described", "attributes"})
SUBJECT_LISTS = frozenset({"group", "subjects"})

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of one frame; no value is ever null, so that conditions need no guards.

    subjects: one mapping for each subject of the observation, in its order:
      label, score (this frame's, 0 to 1), mean_score (smoothed over its frames), steady
      (believed: seen often, long and regularly enough), frames, track_id (0: none),
      dwell_s, zones, restricted_zones, zone_dwell_s (map of zone to seconds), restricted_s
      (longest present stay in a restricted zone), speed (body heights a second), roam
      (body heights covered in the last minute), x, y (where it stands, fractions of the
      picture), height (fraction of the picture), near_person (a person's box touches it or
      is within reach), companions (other people within one and a half body heights).
    scene: people, vehicles, weapons (counts in this frame), alone (no earlier frame tells
      how long things have been there), late, visit.
    site: name, is_open, weekday (mon to sun), hour (0 to 24, with fractions, local).
    camera: id, name, location, described, attributes; from the site file only. Text that
      came with a frame is no fact: it could lower an alarm.
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
    company = count_companions(observation.subjects)
    reached = find_reached(observation.subjects)
    return Facts(
        subjects=tuple(
            _subject_facts(subject, observation.resolution_wh)
            | {"near_person": reached[index], "companions": company[index]}
            for index, subject in enumerate(observation.subjects)
        ),
        scene=_scene_facts(observation),
        site=_site_facts(observation, site),
        camera=_camera_facts(observation.camera_id, site),
    )


def _subject_facts(subject: ObservedSubject, resolution_wh: tuple[int, int]) -> dict[str, Any]:
    width, height = resolution_wh
    x0, y0, x1, y1 = subject.bbox
    stays = subject.zone_dwell_s
    restricted_s = [stays.get(name, 0.0) for name in subject.restricted_zones]
    return {
        "label": subject.label,
        "score": subject.score,
        "mean_score": subject.mean_score,
        "steady": subject.is_steady,
        "frames": subject.frames,
        "track_id": subject.track_id or 0,
        "dwell_s": subject.dwell_s,
        "zones": list(subject.zones),
        "restricted_zones": list(subject.restricted_zones),
        "zone_dwell_s": dict(stays),
        "restricted_s": max(restricted_s, default=0.0),
        "speed": subject.speed,
        "roam": subject.roam,
        "x": (x0 + x1) / 2 / width,
        "y": y1 / height,
        "height": (y1 - y0) / height,
    }


def _scene_facts(observation: Observation) -> dict[str, Any]:
    labels = [subject.label for subject in observation.subjects]
    return {
        "people": labels.count("person"),
        "vehicles": labels.count("vehicle"),
        "weapons": labels.count("weapon"),
        "alone": observation.is_alone,
        "late": observation.is_late,
        "visit": observation.visit,
    }


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
