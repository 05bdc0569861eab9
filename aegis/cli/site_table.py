"""A site description as people read it."""

from collections.abc import Iterable, Iterator

from rich.markup import escape
from rich.table import Table

from aegis.domain.site import Camera, OpeningHours, Site, Tripwire, Zone


def describe_site(site: Site) -> str:
    """Name, clocks, hours and bounds, a line each."""
    bounds = site.feedback
    feedback = (
        f"{bounds.lowest:g} to {bounds.highest:g} points of confidence, {bounds.step:g} a verdict"
        if bounds.step
        else "off"
    )
    lines = {
        "site": site.name,
        "time zone": site.timezone,
        "hours": _hours(site.hours),
        "feedback": feedback,
        "version": site.version,
    }
    return "\n".join(
        f"{name:<10} {escape(value).replace(chr(10), chr(10) + ' ' * 11)}"
        for name, value in lines.items()
    )


def tabulate_cameras(site: Site) -> Table:
    """A row for each camera with everything that is drawn in its picture."""
    table = Table(header_style="bold", show_lines=True)
    for title in ("camera", "hours", "zones, lines", "walking to"):
        table.add_column(title, overflow="fold")
    for camera_id, camera in site.cameras.items():
        reached = sorted(site.nearby(camera_id).items(), key=lambda item: item[1])
        table.add_row(
            escape("\n".join((camera_id, *_names(camera)))),
            escape("the site's" if camera.hours is None else _hours(camera.hours)),
            escape("\n".join(_drawn(camera))),
            escape("\n".join(f"{other}: {walking_s:g} s" for other, walking_s in reached)),
        )
    return table


def _names(camera: Camera) -> Iterable[str]:
    return dict.fromkeys(filter(None, (camera.name, camera.location)))


def _drawn(camera: Camera) -> Iterator[str]:
    yield from map(_zone, camera.zones)
    yield from map(_wire, camera.tripwires)
    if camera.privacy:
        yield f"{len(camera.privacy)} blacked out"


def _zone(zone: Zone) -> str:
    words = [zone.kind if zone.kind != "area" else "", "restricted" if zone.restricted else ""]
    told = ", ".join(filter(None, words))
    return f"{zone.name} ({told})" if told else zone.name


def _wire(wire: Tripwire) -> str:
    return f"{wire.name} ({wire.kind}, {wire.direction})"


def _hours(hours: Iterable[OpeningHours]) -> str:
    return "\n".join(map(_span, hours)) or "always open"


def _span(span: OpeningHours) -> str:
    days = "every day" if len(set(span.days)) == 7 else " ".join(span.days)
    return f"{days} {span.opens:%H:%M} to {span.closes:%H:%M}"
