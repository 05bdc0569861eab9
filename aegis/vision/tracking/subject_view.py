"""One detection as the observation tells it, with what is remembered of it."""

from collections.abc import Iterable, Sequence
from typing import Any

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Crossing, Observation, ObservedSubject
from aegis.vision.tracking.line_crossing import Passage
from aegis.vision.tracking.rounding import elapsed_s, to_hundredths, to_share, to_thousandths
from aegis.vision.tracking.track_memory import TrackMemory

_CROSSING_SHOWN_S = 60.0
_NOTHING = ObservedSubject(label="nothing", score=0.0, bbox=(0.0, 0.0, 0.0, 0.0))
_NO_CROSSING = Crossing(wire="", kind="line", direction="forward", counts=False, ago_s=0.0)
"""What is told are changed copies of these: what is measured here needs no check of types."""


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
    certain = to_share(score)
    present: dict[str, Any] = {
        "label": label,
        "score": certain,
        "mean_score": certain,
        "bbox": (to_hundredths(x0), to_hundredths(y0), to_hundredths(x1), to_hundredths(y1)),
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
        "dwell_s": elapsed_s(track.first_seen_s, at_s),
        "zone_dwell_s": stays.lasted_s(seen_s, at_s),
        "zone_visits": stays.visits(),
        "zone_halts": track.halts.visits(),
        "zone_ago_s": stays.since_s(seen_s),
        "contact_s": track.contacts.lasted_s(seen_s, at_s),
        "speed": to_thousandths(motion.speed),
        "pace": to_thousandths(track.pace.speed),
        "heading_deg": motion.heading_deg,
        "approach": to_thousandths(motion.approach),
        "frames": track.frames,
        "mean_score": to_share(track.mean_score),
        "is_steady": track.is_steady,
        "roam": to_hundredths(track.roam),
        "path": to_hundredths(track.path),
        "alone_s": elapsed_s(max(track.company_s, track.first_seen_s), at_s),
        "came_by": track.came_by,
        "descent": to_hundredths(track.descent),
        "crossings": _crossings(track.passages, at_s) if track.passages else (),
    }


def _crossings(passages: Iterable[Passage], at_s: float) -> tuple[Crossing, ...]:
    lately = (it for it in passages if at_s - it.at_s <= _CROSSING_SHOWN_S)
    return tuple(_crossing(it, at_s) for it in lately)


def _crossing(passage: Passage, at_s: float) -> Crossing:
    behind_s = passage.behind_s
    return _NO_CROSSING.changed_by(
        {
            "wire": passage.wire,
            "kind": passage.kind,
            "direction": passage.direction,
            "counts": passage.counts,
            "ago_s": elapsed_s(passage.at_s, at_s),
            "behind_s": None if behind_s is None else to_thousandths(behind_s),
        }
    )
