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
    frames: how many frames showed it; mean_score: its scores, smoothed over them.
    is_steady: seen often and long enough not to be the detector's flicker; never for a
    bare detection.
    roam: how far it moved about in the last minute, body heights.
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
    frames: int = 1
    mean_score: float = Field(default=0.0, ge=0, le=1)
    is_steady: bool = False
    roam: float = 0.0


class Observation(Value):
    """The facts of one frame.

    resolution_wh: width and height of the upright picture, pixels.
    visit: counts the camera's stretches of presence: it grows by one each time people
    come back after the scene was empty; 0 without a camera.
    is_alone: no frame of this camera came shortly before (or no camera is named), so
    nothing is known of how long things have been there.
    is_late: older than the newest frame of its camera, judged without changing its memory.
    """

    captured_at: UtcDatetime
    resolution_wh: tuple[int, int]
    subjects: tuple[ObservedSubject, ...] = ()
    camera_id: str | None = None
    location: str | None = None
    frame_number: int | None = None
    visit: int = 0
    is_alone: bool = False
    is_late: bool = False
    model: str = ""
