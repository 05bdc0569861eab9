"""Reads the site description that people write."""

from pathlib import Path

from aegis.domain.site import Site
from aegis.located_yaml import load_yaml


def load_site(path: Path | None) -> Site:
    """The site in this YAML file; without a file, one of which nothing is known.

    Raises ConfigurationError naming file, line, column, field and what is expected there.
    """
    if path is None:
        return Site.undescribed()
    return load_yaml(path).validate(Site)
