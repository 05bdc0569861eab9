"""The picture files that a person means by names, folders and patterns."""

import re
from collections.abc import Iterable
from glob import glob
from pathlib import Path

from aegis.errors import ConfigurationError

SUFFIXES = (".jpg", ".jpeg", ".png")


def find_pictures(names: Iterable[str]) -> list[Path]:
    """Every file meant, once, in the order given; the pictures of a folder in natural order.

    A name that is no folder and matches nothing is kept, so that its absence is reported
    beside the others. Raises ConfigurationError when a folder holds no picture.
    """
    found: dict[Path, None] = {}
    for name in names:
        path = Path(name)
        if path.is_dir():
            found.update(dict.fromkeys(list_folder(path)))
        elif path.exists():
            found[path] = None
        else:
            matches = sorted(glob(name, recursive=True), key=natural_key)  # noqa: PTH207 - any root
            found.update(dict.fromkeys(map(Path, matches or [name])))
    return list(found)


def list_folder(folder: Path) -> list[Path]:
    """The folder's JPEG and PNG files in natural order; raises ConfigurationError without any."""
    pictures = [path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES]
    if not pictures:
        raise ConfigurationError(f"{folder} holds no picture: give a folder with JPEG or PNG files")
    return sorted(pictures, key=lambda path: natural_key(path.name))


def natural_key(name: str) -> list[tuple[int, int, str]]:
    """Orders frame2 before frame10."""
    parts = re.split(r"(\d+)", name)
    return [(0, int(it), "") if it.isdecimal() else (1, 0, it) for it in parts]
