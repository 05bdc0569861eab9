"""Reads a CSV of clips that show a fight or do not, and the clips' frames."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from aegis.errors import ConfigurationError

FIGHT, NORMAL = "fight", "normal"
_MAX_PIXELS = 40_000_000


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """A clip. source: clips of one source look alike and stay on one side of every split."""

    path: Path
    is_fight: bool
    source: str
    split: str


def read_labelled_clips(path: Path, split: str | None = None) -> list[LabelledClip]:
    """Read a CSV with the columns clip and label, and split and source if it has them.

    Clips lie beside the CSV. split: only rows with this word there; None: all rows. Raises
    ConfigurationError that names the file and the line of what is missing, double or unknown;
    every row is checked, whatever the split.
    """
    clips: dict[Path, LabelledClip] = {}
    for line, row in _rows(path):
        clip = _as_clip(path, line, row)
        if clip.path in clips:
            raise _wrong(path, line, f"clip {row['clip']} occurs twice")
        clips[clip.path] = clip
    chosen = [clip for clip in clips.values() if split is None or clip.split == split]
    if not chosen:
        rows = "no rows" if split is None else f"no rows whose split is {split!r}"
        raise ConfigurationError(f"{path} has {rows}")
    return chosen


def read_frames(clip: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield time in seconds and (H, W, 3) RGB of every frame; raises ConfigurationError."""
    count = 0
    try:
        with av.open(str(clip)) as container:
            for frame in container.decode(video=0):
                if frame.width * frame.height > _MAX_PIXELS:
                    raise ConfigurationError(f"{clip} is refused: its frames are too large")
                at_s = float(frame.time) if frame.time is not None else count / 12
                count += 1
                yield at_s, np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
    except (OSError, IndexError, av.FFmpegError) as error:
        raise ConfigurationError(f"{clip} cannot be decoded: {error}") from error
    if not count:
        raise ConfigurationError(f"{clip} has no frames")


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            missing = {"clip", "label"} - set(reader.fieldnames or ())
            if missing:
                raise _wrong(path, 1, f"no column {' or '.join(sorted(missing))}")
            for row in reader:
                yield reader.line_num, row
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(f"{path} is no CSV in UTF-8: {error}") from error


def _as_clip(path: Path, line: int, row: dict[str, str]) -> LabelledClip:
    name, label = row.get("clip"), (row.get("label") or "").strip()
    if not name:
        raise _wrong(path, line, "no clip is named")
    if label not in {FIGHT, NORMAL}:
        raise _wrong(path, line, f"unknown label {label!r}: it is {FIGHT} or {NORMAL}")
    file = path.parent / name
    if "\0" in name or not file.is_file():
        raise _wrong(path, line, f"there is no clip {name}")
    return LabelledClip(file, label == FIGHT, row.get("source") or name, row.get("split") or "")


def _wrong(path: Path, line: int, what: str) -> ConfigurationError:
    return ConfigurationError(f"{path}: line {line}: {what}")
