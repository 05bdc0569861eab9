"""Reads the site description that people write."""

from collections.abc import Iterator
from pathlib import Path

from aegis.domain.site import Site
from aegis.errors import ConfigurationError
from aegis.located_yaml import LocatedYaml, Location, load_yaml

_MAX_REPORTED = 20


def load_site(path: Path | None) -> Site:
    """The site in this YAML file; without a file, one of which nothing is known.

    Raises ConfigurationError naming file, line, column, field and what is expected there.
    """
    return Site.undescribed() if path is None else read_site(load_yaml(path))


def read_site(document: LocatedYaml) -> Site:
    """The site that a document describes; raises ConfigurationError as `load_site` does.

    Fields first, then what they say of each other; all mistakes of one kind at once.
    """
    site = document.validate(Site)
    found = [str(document.problem(place, text)) for place, text in _contradictions(site)]
    if found:
        raise ConfigurationError("\n".join(found[:_MAX_REPORTED]))
    return site


def _contradictions(site: Site) -> Iterator[tuple[Location, str]]:
    for camera_id, camera in site.cameras.items():
        here: Location = ("cameras", camera_id)
        if not camera_id.strip():
            yield here, "a camera needs an id, the `camera_id` that its frames carry"
        for other in camera.adjacent:
            place = (*here, "adjacent", other)
            if other == camera_id:
                yield place, "a camera is not adjacent to itself"
            elif other not in site.cameras:
                yield place, f"there is no camera {other[:100]!r} in this file"
