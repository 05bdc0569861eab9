"""The facts of one subject, as rules name them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Self

from aegis.domain.observation import Crossing, ObservedSubject
from aegis.domain.site import Zone, ZoneKind

NEVER_S = 1e9
"""Stands for "not at all" where a fact is a time: rules ask for less than something."""

_KINDS: tuple[ZoneKind, ...] = ("door", "entrance", "protected", "waiting")
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
    | {"contact_s", "touch_s", "crossed", "tripwire", "climbed", "behind_s", "alone_s"}
    | {"owner", "away_s", "put_down", "x", "y", "height", "near_person", "companions", "nearest"}
)


class Places(NamedTuple):
    """The names of a camera's zones by what they are."""

    doors: frozenset[str]
    entrances: frozenset[str]
    protected: frozenset[str]
    waiting: frozenset[str]

    @classmethod
    def of(cls, zones: Sequence[Zone]) -> Self:
        """Those among these zones."""
        return cls(*(frozenset(it.name for it in zones if it.kind == kind) for kind in _KINDS))


def gather_subject_facts(
    subject: ObservedSubject, resolution_wh: tuple[int, int], places: Places
) -> dict[str, Any]:
    """Everything but its nearness to others; places: of its camera."""
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
        **_stays(subject, places),
        **(_crossings(subject.crossings) if subject.crossings else _NOT_CROSSED),
    }


def _stays(subject: ObservedSubject, places: Places) -> dict[str, Any]:
    zones, stays = subject.zones, subject.zone_dwell_s
    visits, halts = subject.zone_visits, subject.zone_halts
    returns = max(visits.values(), default=1) - 1
    doors_tried = halts.keys() & places.doors
    by_door = not (places.doors.isdisjoint(zones) and places.entrances.isdisjoint(zones))
    protected = not places.protected.isdisjoint(zones)
    return {
        "zones": list(zones),
        "restricted_zones": list(subject.restricted_zones),
        "zone_dwell_s": stays,
        "zone_visits": visits,
        "restricted_s": _longest_s(stays, subject.restricted_zones),
        "zone_halts": halts,
        "stops": len(halts.keys() - places.entrances),
        "returns": returns,
        "came_back": max(returns, subject.came_back),
        "idle_s": _outside_waiting_s(subject, places),
        "waiting": not places.waiting.isdisjoint(zones),
        "at_door": by_door or protected,
        "by_door": by_door,
        "protected": protected,
        "doors_tried": len(doors_tried),
        "door_visits": sum([halts[door] for door in doors_tried]),
        "door_s": _longest_s(stays, places.doors),
    }


def _longest_s(stays: Mapping[str, float], names: Collection[str]) -> float:
    stayed = stays.keys() & names if stays and names else ()
    return max([stays[name] for name in stayed]) if stayed else 0.0


def _outside_waiting_s(subject: ObservedSubject, places: Places) -> float:
    """Since it came, or since it was last where people may wait."""
    ago_s = subject.zone_ago_s
    waited = ago_s.keys() & places.waiting if places.waiting else ()
    return min([subject.dwell_s, *[ago_s[name] for name in waited]])


def _crossings(crossings: tuple[Crossing, ...]) -> dict[str, Any]:
    counted = [it for it in crossings if it.counts]
    lately = [it for it in counted if it.ago_s <= _LATELY_S]
    behind = [it.behind_s for it in lately if it.kind == "door" and it.behind_s is not None]
    return {
        "crossed": [it.wire for it in lately],
        "tripwire": any(it.kind == "tripwire" for it in lately),
        "climbed": any(it.kind == "barrier" and it.ago_s <= _CLIMBED_S for it in counted),
        "behind_s": min(behind, default=NEVER_S),
    }


_NOT_CROSSED = _crossings(())
