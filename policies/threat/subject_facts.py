"""The facts of one subject, as rules name them."""

from collections.abc import Mapping
from typing import Any

from aegis.domain.observation import Crossing, ObservedSubject

NEVER_S = 1e9
"""Stands for "not at all" where a fact is a time: rules ask for less than something."""

_DOOR = frozenset({"door", "entrance"})
_DELIVERY = _DOOR | {"protected"}
_LATELY_S = 10.0
_CLIMBED_S = 30.0
_LEAST_ROAM = 0.5

SUBJECT_FIELDS = frozenset(
    {"label", "score", "mean_score", "steady", "frames", "track_id", "dwell_s"}
    | {
        "speed",
        "pace",
        "idle_s",
        "heading_deg",
        "approach",
        "roam",
        "path",
        "laps",
        "came_by",
        "descent",
    }
    | {"zones", "restricted_zones", "zone_dwell_s", "zone_visits", "zone_halts", "restricted_s"}
    | {
        "stops",
        "returns",
        "came_back",
        "waiting",
        "at_door",
        "by_door",
        "protected",
        "doors_tried",
        "door_visits",
        "door_s",
    }
    | {"contact_s", "touch_s", "crossed", "tripwire", "climbed", "behind_s", "followed", "alone_s"}
    | {"owner", "away_s", "put_down", "x", "y", "height", "near_person", "companions", "nearest"}
)


def gather_subject_facts(
    subject: ObservedSubject, resolution_wh: tuple[int, int], kinds: Mapping[str, str]
) -> dict[str, Any]:
    """Everything but its nearness to others; kinds: of the camera's zones by their names."""
    width, height = resolution_wh
    x0, y0, x1, y1 = subject.bbox
    contact_s, heading_deg = subject.contact_s, subject.heading_deg
    return {
        "label": subject.label,
        "score": subject.score,
        "mean_score": subject.mean_score,
        "steady": subject.is_steady,
        "frames": subject.frames,
        "track_id": subject.track_id or 0,
        "dwell_s": subject.dwell_s,
        "contact_s": contact_s,
        "touch_s": max(contact_s.values()) if contact_s else 0.0,
        "owner": subject.owner or 0,
        "away_s": subject.away_s,
        "put_down": subject.put_down,
        "alone_s": subject.dwell_s if subject.alone_s is None else subject.alone_s,
        "x": (x0 + x1) / 2 / width,
        "y": y1 / height,
        "height": (y1 - y0) / height,
        "speed": subject.speed,
        "pace": subject.pace,
        "heading_deg": -1.0 if heading_deg is None else heading_deg,
        "approach": subject.approach,
        "roam": subject.roam,
        "path": subject.path,
        "laps": subject.path / (2 * max(subject.roam, _LEAST_ROAM)),
        "came_by": subject.came_by,
        "descent": subject.descent,
        **_places(subject, kinds),
        **(_crossings(subject.crossings) if subject.crossings else _NOT_CROSSED),
    }


def _places(subject: ObservedSubject, kinds: Mapping[str, str]) -> dict[str, Any]:
    visits = subject.zone_visits
    halts = subject.zone_halts
    doors = {name: count for name, count in halts.items() if kinds.get(name) == "door"}
    returns = max(visits.values(), default=1) - 1
    stays = subject.zone_dwell_s
    here = {kinds.get(name) for name in subject.zones}
    return {
        "zones": list(subject.zones),
        "restricted_zones": list(subject.restricted_zones),
        "zone_dwell_s": stays,
        "zone_visits": visits,
        "restricted_s": max((stays.get(it, 0.0) for it in subject.restricted_zones), default=0.0),
        "zone_halts": halts,
        "stops": sum(kinds.get(name) != "entrance" for name in halts),
        "returns": returns,
        "came_back": max(returns, subject.came_back),
        "idle_s": _outside_waiting_s(subject, kinds),
        "waiting": "waiting" in here,
        "at_door": not here.isdisjoint(_DELIVERY),
        "by_door": not here.isdisjoint(_DOOR),
        "protected": "protected" in here,
        "doors_tried": len(doors),
        "door_visits": sum(doors.values()),
        "door_s": _longest_at_door(stays, kinds),
    }


def _outside_waiting_s(subject: ObservedSubject, kinds: Mapping[str, str]) -> float:
    """Since it came, or since it was last where people may wait."""
    left_s = [ago for name, ago in subject.zone_ago_s.items() if kinds.get(name) == "waiting"]
    return min([subject.dwell_s, *left_s])


def _longest_at_door(stays: Mapping[str, float], kinds: Mapping[str, str]) -> float:
    return max((it for name, it in stays.items() if kinds.get(name) == "door"), default=0.0)


def _crossings(crossings: tuple[Crossing, ...]) -> dict[str, Any]:
    counted = [it for it in crossings if it.counts]
    lately = [it for it in counted if it.ago_s <= _LATELY_S]
    behind = [it.behind_s for it in lately if it.kind == "door" and it.behind_s is not None]
    return {
        "crossed": [it.wire for it in lately],
        "tripwire": any(it.kind == "tripwire" for it in lately),
        "climbed": any(it.kind == "barrier" and it.ago_s <= _CLIMBED_S for it in counted),
        "behind_s": min(behind, default=NEVER_S),
        "followed": any(it.followed and it.kind == "door" for it in lately),
    }


_NOT_CROSSED = _crossings(())
