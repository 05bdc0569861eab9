"""A play: a scene with its site's description, and what a good guard would report of it."""

from dataclasses import dataclass, field

from aegis.domain.assessment import IncidentType
from aegis.domain.site import Camera, OpeningHours, Site, Tripwire, WireKind, Zone, ZoneKind
from aegis.testing.scenes.scene import Scene
from aegis.testing.scenes.view import Spot, View


@dataclass(frozen=True, slots=True)
class Event:
    """What happens: the types and subtypes that name it rightly, from when to when."""

    types: tuple[IncidentType, ...]
    subtypes: frozenset[str]
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Play:
    """One variant of a kind of scene; event: None where nothing needs reporting."""

    kind: str
    seed: int
    scene: Scene
    camera: Camera = field(default_factory=Camera)
    event: Event | None = None
    hours: tuple[OpeningHours, ...] = ()

    def site(self, camera_id: str) -> Site:
        """A site of this one camera."""
        return Site(name=self.kind, hours=self.hours, cameras={camera_id: self.camera})


def ground_zone(
    name: str, view: View, spots: tuple[Spot, ...], kind: ZoneKind = "area", *, closed: bool = False
) -> Zone:
    """A zone around ground spots, as somebody would draw it over the picture."""
    return Zone(name=name, polygon=view.outline(spots), kind=kind, restricted=closed)


def strip_zone(name: str, view: View, middle: Spot, size_m: Spot, kind: ZoneKind = "area") -> Zone:
    """A zone of so many metres across and away around a spot."""
    (x, y), (wide, deep) = middle, (size_m[0] / 2, size_m[1] / 2)
    corners = (
        (x - wide, y + deep),
        (x + wide, y + deep),
        (x + wide, y - deep),
        (x - wide, y - deep),
    )
    return ground_zone(name, view, corners, kind)


def upright_zone(name: str, view: View, foot: Spot, size_m: Spot, kind: ZoneKind) -> Zone:
    """A zone around a thing of so many metres across and up, as the picture shows it."""
    (x, y), half = foot, size_m[0] / 2
    corners = [(x - half, size_m[1]), (x + half, size_m[1]), (x + half, 0.0), (x - half, 0.0)]
    return Zone(name=name, polygon=view.frame([(x, y, z) for x, z in corners]), kind=kind)


def wire(name: str, view: View, start: Spot, end: Spot, kind: WireKind) -> Tripwire:
    """A line on the ground."""
    return Tripwire(name=name, line=view.outline((start, end)), kind=kind)
