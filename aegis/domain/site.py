"""The site as its people describe it: cameras, zones, opening hours."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, time
from functools import cached_property
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, field_validator, model_validator

from aegis.domain.polygon import Point, check_polygon
from aegis.domain.value import Value

WalkingTime = Annotated[float, Field(gt=0, le=3600)]
"""Seconds that people need from one camera's view to another's."""
Points = Annotated[float, Field(ge=0, le=100)]
"""Confidence, 0 to 100."""
Polygon = Annotated[
    tuple[Point, ...], Field(min_length=3, max_length=100), AfterValidator(check_polygon)
]
"""Corners (x, y) as fractions of width and height, from the upper left; no edges cross."""
ZoneKind = Literal["area", "door", "entrance", "protected", "waiting"]
WireKind = Literal["line", "tripwire", "barrier", "door"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Zone(Value):
    """A named polygon in a camera's picture; (x, y) as fractions of width and height.

    kind: what the place is. `door`: the ground before a door that strangers may try.
    `entrance`: where people come into the scene as they should. `protected`: a thing, a wall
    or a parcel, drawn where the picture shows it; who touches it and what becomes of it is
    watched. `waiting`: where people stand and wait, so that staying there is no loitering.
    """

    name: str = Field(min_length=1, max_length=100)
    polygon: Polygon
    restricted: bool = False
    kind: ZoneKind = "area"


class Tripwire(Value):
    """A named line on the ground, and what it means that feet cross it.

    line: two to twenty points (x, y), fractions of width and height.
    direction: which crossings count. `forward` goes from the left hand to the right hand of
    somebody who looks along the line from its first point to its last: over a line drawn
    from left to right, down the picture.
    kind: `line` is only counted; `tripwire` must not be crossed; `barrier` is a fence, a wall
    or a counter, and who comes over it has climbed; `door` lets one person through at a time.
    """

    name: str = Field(min_length=1, max_length=100)
    line: tuple[Point, ...] = Field(min_length=2, max_length=20)
    direction: Literal["forward", "backward", "both"] = "both"
    kind: WireKind = "tripwire"


class OpeningHours(Value):
    """When people are expected, in the site's time zone; `closes` before `opens` spans midnight."""

    days: tuple[Day, ...] = _DAYS
    opens: time
    closes: time

    def covers(self, local: datetime) -> bool:
        """Whether this local moment lies within the hours."""
        now, today = local.time(), _DAYS[local.weekday()]
        if self.opens <= self.closes:
            return today in self.days and self.opens <= now < self.closes
        yesterday = _DAYS[local.weekday() - 1]
        return (today in self.days and now >= self.opens) or (
            yesterday in self.days and now < self.closes
        )


Named = Zone | Tripwire


class Camera(Value):
    """One camera of the site; `attributes` are free facts for the rules.

    privacy: polygons that are blacked out before anything looks at the picture or keeps it.
    adjacent: cameras that people reach from here, with the walking time in seconds; said on
    one side it holds for both.
    """

    name: str | None = None
    location: str | None = None
    zones: tuple[Zone, ...] = Field(default=(), max_length=64)
    tripwires: tuple[Tripwire, ...] = Field(default=(), max_length=32)
    privacy: tuple[Polygon, ...] = Field(default=(), max_length=32)
    hours: tuple[OpeningHours, ...] | None = None
    attributes: dict[str, Any] = {}
    adjacent: dict[str, WalkingTime] = {}

    @field_validator("zones", "tripwires")
    @classmethod
    def _have_names_of_their_own(cls, drawn: tuple[Named, ...]) -> tuple[Named, ...]:
        names = [item.name for item in drawn]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names of their own are needed; here twice: {', '.join(twice)}")
        return drawn


class FeedbackBounds(Value):
    """How far operators' verdicts may move a rule's threshold at a camera, in points.

    A false positive raises it by `step`, up to `highest`; a confirmation lowers it by as
    much, down to `lowest`. A step of 0 switches it off.
    """

    lowest: Points = 40.0
    highest: Points = 80.0
    step: Points = 5.0

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.lowest > self.highest:
            raise ValueError(f"lowest ({self.lowest:g}) is above highest ({self.highest:g})")
        return self


class Site(Value):
    """Everything Aegis is told about a place. No hours at all means always open."""

    name: str = "site"
    timezone: str = "UTC"
    hours: tuple[OpeningHours, ...] = ()
    cameras: dict[str, Camera] = {}
    feedback: FeedbackBounds = FeedbackBounds()

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(
                f"unknown time zone {name!r}; use a name such as Europe/Berlin"
            ) from error
        return name

    def camera(self, camera_id: str | None) -> Camera:
        """The described camera, or one without zones when the site does not name it."""
        return self.cameras.get(camera_id or "") or Camera()

    def nearby(self, camera_id: str | None) -> Mapping[str, float]:
        """The cameras that people walk to from this one, with the seconds it takes them."""
        return self._walking_times.get(camera_id or "", {})

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A changed copy, without what was worked out for the original."""
        copied = super().model_copy(update=update, deep=deep)
        for name in ("version", "_walking_times"):
            copied.__dict__.pop(name, None)
        return copied

    @cached_property
    def version(self) -> str:
        """A hash of what the description says, 12 hexadecimal digits."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:12]

    @cached_property
    def _walking_times(self) -> dict[str, dict[str, float]]:
        """Both ways; where both sides say a time, the shorter one."""
        times: dict[str, dict[str, float]] = {}
        for here, camera in self.cameras.items():
            for there, walking_s in camera.adjacent.items():
                for one, other in ((here, there), (there, here)):
                    known = times.setdefault(one, {})
                    known[other] = min(walking_s, known.get(other, walking_s))
        return times

    def local_time(self, moment: datetime) -> datetime:
        """This instant on the site's clocks."""
        return moment.astimezone(ZoneInfo(self.timezone))

    def is_open(self, camera_id: str | None, moment: datetime) -> bool:
        """Whether people are expected before this camera now; the camera's hours win."""
        own = self.camera(camera_id).hours
        hours = self.hours if own is None else own
        local = self.local_time(moment)
        return not hours or any(span.covers(local) for span in hours)

    @classmethod
    def undescribed(cls) -> Self:
        """A site of which nothing is known."""
        return cls()
