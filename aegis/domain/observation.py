"""What the VisionAgent saw in one frame, with what it remembers of that camera."""

from pydantic import Field

from aegis.domain.value import UtcDatetime, Value

Box = tuple[float, float, float, float]
"""Corners x0, y0, x1, y1 in pixels of the frame."""


class ObservedSubject(Value):
    """One thing in view: a tracked one, or a bare detection when no camera is named.

    score: the detector's, 0 to 1.
    zones: names of the camera's zones whose ground point it stands in.
    dwell_s: since the track was first seen; zone_dwell_s: the present stay in each zone.
    speed: body heights a second (a person walking makes about 0.8).
    """

    label: str
    score: float = Field(ge=0, le=1)
    bbox: Box
    track_id: int | None = None
    zones: tuple[str, ...] = ()
    restricted_zones: tuple[str, ...] = ()
    dwell_s: float = 0.0
    zone_dwell_s: dict[str, float] = {}
    speed: float = 0.0


class Observation(Value):
    """The facts of one frame.

    resolution_wh: width and height of the upright picture, pixels.
    visit: counts the camera's stretches of presence: it grows by one each time people
    come back after the scene was empty; 0 without a camera.
    """

    captured_at: UtcDatetime
    resolution_wh: tuple[int, int]
    subjects: tuple[ObservedSubject, ...] = ()
    camera_id: str | None = None
    location: str | None = None
    frame_number: int | None = None
    visit: int = 0
    model: str = ""
