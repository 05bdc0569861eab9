"""The site as its people describe it: cameras, zones, opening hours."""

from datetime import datetime, time
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator

from aegis.domain.value import Value

Fraction = Annotated[float, Field(ge=0, le=1)]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Zone(Value):
    """A named polygon in a camera's picture; (x, y) as fractions of width and height."""

    name: str = Field(min_length=1, max_length=100)
    polygon: tuple[tuple[Fraction, Fraction], ...] = Field(min_length=3, max_length=100)
    restricted: bool = False


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


class Camera(Value):
    """One camera of the site; `attributes` are free facts for the rules."""

    name: str | None = None
    location: str | None = None
    zones: tuple[Zone, ...] = ()
    hours: tuple[OpeningHours, ...] | None = None
    attributes: dict[str, Any] = {}

    @field_validator("zones")
    @classmethod
    def _zones_have_names_of_their_own(cls, zones: tuple[Zone, ...]) -> tuple[Zone, ...]:
        names = [zone.name for zone in zones]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"zones need names of their own; here twice: {', '.join(twice)}")
        return zones


class Site(Value):
    """Everything Aegis is told about a place. No hours at all means always open."""

    name: str = "site"
    timezone: str = "UTC"
    hours: tuple[OpeningHours, ...] = ()
    cameras: dict[str, Camera] = {}

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
        return self.cameras.get(camera_id or "", Camera())

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
