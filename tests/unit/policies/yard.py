"""A yard with a gate, and what a camera might see there."""

from datetime import UTC, datetime, time
from typing import Any

from aegis.domain.assessment import Assessment
from aegis.domain.observation import FOLLOWER, Crossing, Observation, ObservedSubject, Tampering
from aegis.domain.site import Camera, OpeningHours, Site, WireKind, Zone
from policies.threat.assess import assess
from policies.threat.rules import load_rules

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)
YARD = Zone(name="yard", polygon=((0, 0), (1, 0), (1, 1)), restricted=True)
SHELF = Zone(name="shelf", polygon=((0, 0), (1, 0), (0, 1)), kind="protected")
PORCH = Zone(name="porch", polygon=((0, 0), (1, 0), (0, 1)), kind="door")
LIFT = Zone(name="lift", polygon=((0, 0), (1, 0), (0, 1)), kind="waiting")
SITE = Site(
    hours=(OpeningHours(opens=time(8), closes=time(18)),),
    cameras={"CAM": Camera(name="Gate", location="North gate", zones=(YARD, LIFT, SHELF, PORCH))},
)
RULES = load_rules(None)


def seen(label: str = "person", **given: Any) -> ObservedSubject:
    facts: dict[str, Any] = {
        "label": label,
        "score": 0.7,
        "mean_score": 0.7,
        "bbox": (10.0, 20.0, 60.0, 170.0),
        "track_id": 7,
        "dwell_s": 20.0,
        "frames": 100,
        "is_steady": True,
    }
    return ObservedSubject(**facts | given)


def in_yard(**given: Any) -> ObservedSubject:
    zones: dict[str, Any] = {"zones": ("yard",), "restricted_zones": ("yard",)}
    return seen(**zones | {"zone_dwell_s": {"yard": 12.0}} | given)


def changed(*zones: str, **given: Any) -> ObservedSubject:
    facts: dict[str, Any] = {"owner": 3, "zones": zones, "contact_s": {"shelf": 9.0}}
    return seen("changed_zone", **facts | given)


def taken(*zones: str, **given: Any) -> ObservedSubject:
    return seen("taken_object", **{"owner": 3, "zones": zones} | given)


def bare(label: str = "person", score: float = 0.7, **given: Any) -> ObservedSubject:
    return ObservedSubject(
        label=label, score=score, mean_score=score, bbox=(10.0, 20.0, 60.0, 170.0), **given
    )


COVERED = Tampering(kind="covered", for_s=5.0, certainty=0.9)


def crossing(kind: WireKind, **given: Any) -> Crossing:
    facts: dict[str, Any] = {"wire": "gate", "direction": "forward", "counts": True, "ago_s": 1.0}
    return Crossing(kind=kind, **facts | given)


def follower(behind_s: float, **given: Any) -> ObservedSubject:
    return seen(FOLLOWER, owner=3, crossings=(crossing("door", behind_s=behind_s),), **given)


def frame(*subjects: ObservedSubject, **given: Any) -> Observation:
    facts: dict[str, Any] = {"captured_at": NOON, "camera_id": "CAM", "visit": 3}
    return Observation(resolution_wh=(640, 360), subjects=subjects, **facts | given)


def fighting(
    *subjects: ObservedSubject, score: float = 0.95, lasts_s: float = 4.0, close_s: float = 6.0
) -> Observation:
    return frame(*subjects, fight_score=score, fight_s=lasts_s, close_s=close_s)


def still(*subjects: ObservedSubject, **given: Any) -> Observation:
    return frame(*subjects, **{"camera_id": None, "visit": 0, "is_alone": True} | given)


def judged(observation: Observation, site: Site = SITE) -> Assessment:
    return assess(observation, site, RULES)
