"""One detection as the observation tells it, with what is remembered of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Crossing, Observation, ObservedSubject
from aegis.vision.tracking.line_crossing import Passage
from aegis.vision.tracking.track_memory import TrackMemory

_CROSSING_SHOWN_S = 60.0
_NOTHING = ObservedSubject(label="nothing", score=0.0, bbox=(0.0, 0.0, 0.0, 0.0))
"""Subjects are made as changed copies of it: what is measured here needs no check of types."""


def observe_subject(
    label: str,
    score: float,
    box: Sequence[float],
    zones: set[str],
    restricted: frozenset[str],
    memory: dict[str, Any],
) -> ObservedSubject:
    """One detection, with what is remembered of it if anything is.

    zones: it stands in; restricted: all such zones. memory: as `memory_of` gives it.
    """
    x0, y0, x1, y1 = box
    certain = round(min(1.0, max(0.0, score)), 4)
    present: dict[str, Any] = {
        "label": label,
        "score": certain,
        "mean_score": certain,
        "bbox": (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)),
        "zones": tuple(sorted(zones)),
        "restricted_zones": tuple(sorted(zones & restricted)),
        **memory,
    }
    return _NOTHING.changed_by(present)


def observe_still(
    frame: Frame, detections: Detections, resolution_wh: tuple[int, int]
) -> Observation:
    """The facts of a picture that belongs to no camera: bare detections, no zones."""
    seen = zip(detections.labels, detections.scores.tolist(), detections.xyxy.tolist(), strict=True)
    return Observation(
        captured_at=frame.captured_at,
        resolution_wh=resolution_wh,
        subjects=tuple(
            observe_subject(label, score, box, set(), frozenset(), {}) for label, score, box in seen
        ),
        location=frame.location,
        frame_number=frame.frame_number,
        is_alone=True,
    )


def memory_of(track_id: int, track: TrackMemory | None, at_s: float) -> dict[str, Any]:
    """What an ObservedSubject tells beyond its own frame; empty for what is not tracked."""
    if track is None:
        return {}
    motion, stays, seen_s = track.motion, track.stays, track.last_seen_s
    return {
        "track_id": track_id,
        "dwell_s": round(max(0.0, at_s - track.first_seen_s), 3),
        "zone_dwell_s": stays.lasted_s(seen_s, at_s),
        "zone_visits": stays.visits(),
        "zone_halts": track.halts.visits(),
        "zone_ago_s": stays.since_s(seen_s),
        "contact_s": track.contacts.lasted_s(seen_s, at_s),
        "speed": round(motion.speed, 3),
        "pace": round(track.pace.speed, 3),
        "heading_deg": None if motion.heading_deg is None else float(round(motion.heading_deg)),
        "approach": round(motion.approach, 3),
        "frames": track.frames,
        "mean_score": round(min(1.0, max(0.0, track.mean_score)), 4),
        "is_steady": track.is_steady,
        "roam": round(track.roam, 2),
        "path": round(track.path, 2),
        "alone_s": round(max(0.0, at_s - max(track.company_s, track.first_seen_s)), 3),
        "came_by": track.came_by,
        "descent": round(track.descent, 2),
        "crossings": _crossings(track.passages, at_s) if track.passages else (),
    }


def _crossings(passages: Iterable[Passage], at_s: float) -> tuple[Crossing, ...]:
    lately = (it for it in passages if at_s - it.at_s <= _CROSSING_SHOWN_S)
    return tuple(_crossing(it, at_s) for it in lately)


def _crossing(passage: Passage, at_s: float) -> Crossing:
    return Crossing(
        wire=passage.wire,
        kind=passage.kind,
        direction=passage.direction,
        counts=passage.counts,
        ago_s=round(max(0.0, at_s - passage.at_s), 3),
        behind_s=None if passage.behind_s is None else round(passage.behind_s, 3),
    )
