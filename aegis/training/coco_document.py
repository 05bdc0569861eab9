"""A COCO JSON of boxes, checked entry by entry before anything is made of it."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aegis.errors import ConfigurationError
from aegis.training.entry_line import entry_line

_SLACK_PX = 2.0


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """A picture's file and what is in it.

    boxes: for each thing its corners x0, y0, x1, y1 in pixels and its category's name.
    """

    path: Path
    boxes: tuple[tuple[tuple[float, float, float, float], str], ...]


@dataclass(frozen=True, slots=True)
class CocoDocument:
    """What a COCO JSON says. categories: the names that were looked for in every picture."""

    path: Path
    categories: tuple[str, ...]
    files: tuple[LabelledFile, ...]

    def refuse(self, index: int, what: str) -> ConfigurationError:
        """Return the error that names the line of picture ``index`` and what is wrong with it."""
        line = entry_line(_load(self.path)[0], "images", index)
        name = self.files[index].path.name
        return ConfigurationError(f"{self.path}: line {line}: image {name} {what}")


def read_coco_document(
    path: Path, vocabulary: Sequence[str], images: Path | None = None
) -> CocoDocument:
    """Read and check a COCO JSON; no picture is opened, but each must be there.

    Pictures lie in ``images`` if given; else in ``images/`` beside the JSON, beside the JSON,
    or (the layout of COCO itself) in ``images/`` or nowhere special under the folder above.
    A box may reach 2 pixels over the border (rounding); it is cut there. Raises
    ConfigurationError that names the file and the line of what is missing, double, unknown,
    empty or outside.
    """
    return _Reader(path, tuple(vocabulary), images).read()


class _Reader:
    def __init__(self, path: Path, vocabulary: tuple[str, ...], images: Path | None) -> None:
        self._path, self._vocabulary, self._images = path, vocabulary, images
        self._text, self._document = _load(path)

    def read(self) -> CocoDocument:
        categories = self._rows("categories")
        for index, row in enumerate(categories.values()):
            if row.get("name") not in self._vocabulary:
                known = ", ".join(self._vocabulary)
                raise self._wrong(
                    "categories", index, f"unknown category {row.get('name')!r}; there are {known}"
                )
        names = {key: str(row["name"]) for key, row in categories.items()}
        images = self._rows("images")
        boxes = self._boxes(images, names)
        files = [
            LabelledFile(file, tuple(boxes[key]))
            for key, file in zip(images, self._files(images), strict=True)
        ]
        return CocoDocument(self._path, tuple(dict.fromkeys(names.values())), tuple(files))

    def _rows(self, part: str) -> dict[int, dict[str, Any]]:
        rows = self._document.get(part)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise ConfigurationError(f"{self._path}: '{part}' is missing, or no list of objects")
        found: dict[int, dict[str, Any]] = {}
        for index, row in enumerate(rows):
            key = row.get("id")
            if not isinstance(key, int):
                raise self._wrong(part, index, f"an entry of '{part}' has no integer id")
            if key in found:
                raise self._wrong(part, index, f"id {key} occurs twice in '{part}'")
            found[key] = row
        return found

    def _boxes(
        self, images: dict[int, dict[str, Any]], names: dict[int, str]
    ) -> dict[int, list[tuple[tuple[float, float, float, float], str]]]:
        boxes: dict[int, list[tuple[tuple[float, float, float, float], str]]] = {
            key: [] for key in images
        }
        for index, row in enumerate(self._rows("annotations").values()):
            image_id, category_id = row.get("image_id", -1), row.get("category_id", -1)
            if image_id not in images:
                raise self._wrong("annotations", index, f"image {image_id} is not in the file")
            if category_id not in names:
                raise self._wrong("annotations", index, f"unknown category {category_id}")
            try:
                corners = _corners(row, images[image_id])
            except ValueError as error:
                raise self._wrong("annotations", index, str(error)) from error
            boxes[image_id].append((corners, names[category_id]))
        return boxes

    def _files(self, images: dict[int, dict[str, Any]]) -> list[Path]:
        found = []
        for index, row in enumerate(images.values()):
            name = row.get("file_name")
            file = self._find(name) if isinstance(name, str) and name else None
            if file is None:
                raise self._wrong("images", index, f"image {name} is missing")
            found.append(file)
        return found

    def _find(self, name: str) -> Path | None:
        beside = self._path.parent
        if self._images is not None:
            folders = [self._images]
        else:
            folders = [beside / "images", beside, beside.parent / "images", beside.parent]
        return next((folder / name for folder in folders if (folder / name).is_file()), None)

    def _wrong(self, part: str, index: int, what: str) -> ConfigurationError:
        line = entry_line(self._text, part, index)
        key = self._document[part][index].get("id")
        return ConfigurationError(f"{self._path}: line {line}: {part}, id {key}: {what}")


def _load(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = json.loads(text)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ConfigurationError(f"{path} is not a COCO document: no object at the top")
    return text, document


def _corners(row: dict[str, Any], image: dict[str, Any]) -> tuple[float, float, float, float]:
    """Return the corners of a box cut to its picture; raises ValueError that says what is wrong."""
    try:
        x, y, w, h = (float(value) for value in row["bbox"])
        width, height = float(image["width"]), float(image["height"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError("no bbox of four numbers, or its image has no size") from error
    if not (w > 0 and h > 0 and math.isfinite(w + h + x + y)):
        raise ValueError(f"empty box {row['bbox']}")
    inside = min(x, y) >= -_SLACK_PX and x + w <= width + _SLACK_PX and y + h <= height + _SLACK_PX
    if not inside:
        raise ValueError(f"box {row['bbox']} is outside its {width:g} x {height:g} image")
    return max(x, 0.0), max(y, 0.0), min(x + w, width), min(y + h, height)
