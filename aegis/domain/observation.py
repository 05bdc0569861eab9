"""What the VisionAgent saw in one frame, with what it remembers of that camera."""

from typing import Literal

from pydantic import ConfigDict, Field

from aegis.domain.site import WireKind
from aegis.domain.value import UtcDatetime, Value

Box = tuple[float, float, float, float]
"""Corners x0, y0, x1, y1 in pixels of the frame."""


FOLLOWER = "follower"
"""The label of somebody who went through a door behind somebody else, told once it is plain."""

Entry = Literal["unknown", "entrance", "left", "right", "below", "above", "inside"]
"""How something came into the picture; unknown if it was there when the scene began."""

TamperKind = Literal["covered", "moved", "defocused", "frozen", "looped", "dark"]
"""`dark`: next to no light; nobody need have done anything to the camera."""


class Crossing(Value):
    """Feet that crossed a tripwire.

    counts: in a direction that the site asked about. ago_s: since then.
    behind_s: since somebody else went the same way over the same line, if lately.
    Archived ones may say more, which is no longer told (`followed`).
    """

    model_config = ConfigDict(extra="ignore")

    wire: str
    kind: WireKind
    direction: Literal["forward", "backward"]
    counts: bool
    ago_s: float = Field(ge=0)
    behind_s: float | None = None


class Tampering(Value):
    """What is being done to the camera, for how long, and how sure that is (0 to 1)."""

    kind: TamperKind
    for_s: float = Field(ge=0)
    certainty: float = Field(ge=0, le=1)


class ObservedSubject(Value):
    """One thing in view: a tracked one, or a bare detection when no camera is named.

    label: the detector's word, or what the scene's picture shows against its normal:
    `left_object`, `taken_object`, `changed_zone` (a protected zone that does not look as it
    did); their track_id counts by itself, and dwell_s is since they came to be so. A
    `follower` is a person once more, where it was last seen, told for some seconds after it
    went through a door behind its owner.
    score: the detector's, 0 to 1.
    zones: names of the camera's zones whose ground point it stands in.
    dwell_s: since the track was first seen; zone_dwell_s: the present stay in each zone.
    speed: body heights a second (a person walking makes about 0.8); pace: the speed it kept
    up for a second or so.
    frames: how many frames showed it; mean_score: its scores, smoothed over them.
    is_steady: seen often and long enough not to be the detector's flicker; never for a
    bare detection.
    roam: how far it moved about in the last minute, body heights; path: how far it walked.
    heading_deg: where it goes in the picture, 0 right, 90 up; None if it hardly moves.
    approach: growth of its height, share a second: above 0 it comes nearer, below it goes.
    came_by: how it came into the picture; descent: body heights its feet came straight down
    in its first seconds without growing.
    zone_visits: how often it has been in each zone for a second or more, the present stay
    included; zone_halts: how often it stood still there for a second or more.
    zone_ago_s: since it was last in each; 0 where it is.
    contact_s: how long its box has touched each protected zone without leaving it.
    crossings: of the last minute, the latest first.
    alone_s: since another person was within 1.5 body heights, or since it came; None:
    unknown.
    owner: of an object or a changed zone, the number of who was last there, if anybody was;
    away_s: since the owner was last near it.
    put_down: of an object or a changed zone, whether it is something that its owner can have
    put down, or picked up.
    came_back: how often somebody who looks the same left and returned.
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
    pace: float = 0.0
    frames: int = 1
    mean_score: float = Field(default=0.0, ge=0, le=1)
    is_steady: bool = False
    roam: float = 0.0
    path: float = 0.0
    heading_deg: float | None = None
    approach: float = 0.0
    came_by: Entry = "unknown"
    descent: float = 0.0
    zone_visits: dict[str, int] = {}
    zone_halts: dict[str, int] = {}
    zone_ago_s: dict[str, float] = {}
    contact_s: dict[str, float] = {}
    crossings: tuple[Crossing, ...] = ()
    alone_s: float | None = None
    owner: int | None = None
    away_s: float = 0.0
    put_down: bool = False
    came_back: int = 0


class Observation(Value):
    """The facts of one frame.

    resolution_wh: width and height of the upright picture, pixels.
    visit: counts the camera's stretches of presence: it grows by one each time people
    come back after the scene was empty; 0 without a camera.
    is_alone: no frame of this camera came shortly before (or no camera is named), so
    nothing is known of how long things have been there.
    is_late: older than the newest frame of its camera, judged without changing its memory.
    fight_score: how much the last seconds look like a fight, 0 to 1; None: too little seen.
    fight_s: for how long that score has not been under a half.
    close_s: for how long the same two people have been within half a body height of each
    other; of several such pairs the longest.
    tampering: what is being done to the camera, if anything.
    line_counts: by tripwire, crossings forward and backward since the scene began.
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
    fight_score: float | None = Field(default=None, ge=0, le=1)
    fight_s: float = Field(default=0.0, ge=0)
    close_s: float = Field(default=0.0, ge=0)
    tampering: Tampering | None = None
    line_counts: dict[str, tuple[int, int]] = {}
    model: str = ""
