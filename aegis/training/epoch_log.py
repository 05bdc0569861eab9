"""How a training goes, a line of JSON an epoch, and a picture of it."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from aegis.errors import ConfigurationError
from aegis.training.curve_plot import draw_lines


class EpochLog:
    """Lines of JSON in a file; a training that goes on goes on writing there."""

    def __init__(self, path: Path, *, go_on: bool) -> None:
        self._path = path
        if not go_on:
            path.unlink(missing_ok=True)

    def add(self, epoch: Mapping[str, object]) -> None:
        """Append an epoch; on disk when this returns."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(dict(epoch)) + "\n")

    def draw(self, path: Path, names: Sequence[str]) -> None:
        """Write a PNG of the numbers of these names by epoch; nothing without any epoch."""
        if not self._path.exists():
            return
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines]
            lists = {name: np.array([float(row[name]) for row in rows]) for name in names}
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigurationError(f"{self._path} is damaged: {error}") from error
        draw_lines(path, "loss", "epoch", lists)
