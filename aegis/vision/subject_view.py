"""One detection as the observation tells it."""

from typing import Any

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation, ObservedSubject


def observe_subject(
    detections: Detections,
    index: int,
    zones: set[str],
    restricted: frozenset[str],
    memory: dict[str, Any],
) -> ObservedSubject:
    """One detection, with what is remembered of it if anything is."""
    x0, y0, x1, y1 = detections.xyxy[index].tolist()
    score = round(min(1.0, max(0.0, float(detections.scores[index]))), 4)
    present: dict[str, Any] = {
        "label": detections.labels[index],
        "score": score,
        "mean_score": score,
        "bbox": (round(x0, 2), round(y0, 2), round(x1, 2), round(y1, 2)),
        "zones": tuple(sorted(zones)),
        "restricted_zones": tuple(sorted(zones & restricted)),
    }
    return ObservedSubject(**present | memory)


def observe_still(
    frame: Frame, detections: Detections, resolution_wh: tuple[int, int]
) -> Observation:
    """The facts of a picture that belongs to no camera: bare detections, no zones."""
    return Observation(
        captured_at=frame.captured_at,
        resolution_wh=resolution_wh,
        subjects=tuple(
            observe_subject(detections, index, set(), frozenset(), {})
            for index in range(len(detections))
        ),
        location=frame.location,
        frame_number=frame.frame_number,
        is_alone=True,
    )
