"""Folders whose names survive a power cut."""

import os
from pathlib import Path


def make_folder(folder: Path) -> None:
    """Make a folder, with what it needs above it; its name is durable when this returns.

    One that is there already is synced into its parent, too: whoever made it may have been
    killed before that. Raises OSError.
    """
    if not folder.parent.is_dir():
        make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
