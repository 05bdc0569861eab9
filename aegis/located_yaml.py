"""YAML that people edit, read into models; whatever is wrong with it has a file and a line."""

import re
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from aegis.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[str | int, ...]

MAX_BYTES = 256 * 1024
MAX_DEPTH = 24
MAX_NODES = 50_000
_MAX_REPORTED = 20


class LocatedYaml:
    """One YAML document that knows where each of its values stands.

    Scalars follow YAML 1.2's core schema: `18:00`, `on` and `2026-01-31` are texts. Keys are
    texts and unique. Tags, anchors and more than one document are refused, so are files over
    256 KiB and nesting over 24 levels. Raises ConfigurationError: `FILE:LINE:COLUMN: what`.
    """

    def __init__(self, source: bytes, name: str) -> None:
        self.name = name
        self._root = _Reader(source, name).read()

    def validate(self, model: type[Model]) -> Model:
        """The document as this model; raises ConfigurationError that lists every wrong field."""
        try:
            return model.model_validate(self._root.value)
        except ValidationError as error:
            problems = error.errors(include_url=False, include_context=False, include_input=False)
            lines = [self._describe(item["loc"], item["msg"]) for item in problems[:_MAX_REPORTED]]
            raise ConfigurationError("\n".join(lines)) from error

    def part(self, key: str) -> Self:
        """The document below a key of its first level, with the places of the whole."""
        part = copy(self)
        part._root = self._root.children[key]  # noqa: SLF001 - its own kind
        return part

    def where(self, *location: str | int) -> str:
        """`FILE:LINE:COLUMN` of a value, or of what should hold it, both counted from 1."""
        node = self._root
        for step in location:
            if step not in node.children:
                break
            node = node.children[step]
        return f"{self.name}:{node.line}:{node.column}"

    def problem(self, location: Location, message: str) -> ConfigurationError:
        """An error about one value."""
        return ConfigurationError(self._describe(location, message))

    def _describe(self, location: Location, message: str) -> str:
        steps = ".".join(str(step) for step in location) or "document"
        return f"{self.where(*location)}: {steps}: {message.removeprefix('Value error, ')}"


def load_yaml(path: Path) -> LocatedYaml:
    """Read a file; raises ConfigurationError when it cannot be read or is no plain YAML."""
    try:
        with path.open("rb") as file:
            source = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"{path}: cannot be read: {reason}") from error
    return LocatedYaml(source, str(path))


@dataclass(slots=True)
class _Node:
    """A value, its place, and the nodes it is made of by key or index."""

    value: Any
    line: int
    column: int
    children: dict[str | int, "_Node"] = field(default_factory=dict)


class _Reader:
    """Builds nodes from the parser's events, counting as it goes."""

    def __init__(self, source: bytes, name: str) -> None:
        self._name = name
        self._source = self._decode(source)
        self._nodes = 0

    def read(self) -> _Node:
        events = self._events()
        root = _Node({}, 1, 1)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                root = self._node(next(events), events, 0)
                break
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise self._error(event.start_mark, "one document a file is expected")
        if root.value is None:
            return _Node({}, root.line, root.column)
        return root

    def _decode(self, source: bytes) -> str:
        if len(source) > MAX_BYTES:
            raise ConfigurationError(
                f"{self._name}:1:1: the file is larger than {MAX_BYTES // 1024} KiB"
            )
        try:
            return source.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            before = source[: error.start].decode("utf-8-sig", "replace")
            raise ConfigurationError(f"{self._at_end_of(before)}: UTF-8 is expected") from error

    def _events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self._source, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            problem = " ".join(filter(None, (error.context, error.problem)))
            raise self._error(error.problem_mark or error.context_mark, problem) from error
        except yaml.reader.ReaderError as error:
            place = self._at_end_of(self._source[: error.position])
            raise ConfigurationError(f"{place}: this character is not allowed") from error
        except (ValueError, OverflowError) as error:
            # The scanner gives up this way on an escape such as "\UFFFFFFFF".
            raise ConfigurationError(f"{self._name}:1:1: cannot be read: {error}") from error

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> _Node:
        self._check(event, depth)
        mark: Any = event.start_mark
        place = mark.line + 1, mark.column + 1
        if isinstance(event, yaml.ScalarEvent):
            event.value = self._whole_characters(event)
            plain = event.implicit[0] and event.style is None
            return _Node(_resolve(event.value) if plain else event.value, *place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place, events, depth)
        return self._mapping(place, events, depth)

    def _sequence(self, place: tuple[int, int], events: Iterator[yaml.Event], depth: int) -> _Node:
        children: dict[str | int, _Node] = {}
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            children[len(children)] = self._node(event, events, depth + 1)
        return _Node([child.value for child in children.values()], *place, children)

    def _mapping(self, place: tuple[int, int], events: Iterator[yaml.Event], depth: int) -> _Node:
        children: dict[str | int, _Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event.start_mark, "a plain text is expected as a key")
            self._check(event, depth)
            event.value = self._whole_characters(event)
            if event.value in children:
                raise self._error(event.start_mark, f"{event.value[:60]!r} is here twice")
            children[event.value] = self._node(next(events), events, depth + 1)
        return _Node({key: child.value for key, child in children.items()}, *place, children)

    def _check(self, event: yaml.Event, depth: int) -> None:
        self._nodes += 1
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._error(mark, "anchors (&) and aliases (*) are not supported; write it out")
        if getattr(event, "tag", None):
            raise self._error(mark, "tags (!) are not supported")
        if depth > MAX_DEPTH:
            raise self._error(mark, f"nested more than {MAX_DEPTH} deep")
        if self._nodes > MAX_NODES:
            raise self._error(mark, f"more than {MAX_NODES} values")

    def _whole_characters(self, event: yaml.ScalarEvent) -> str:
        """The text, with the surrogate pairs that JSON escapes put together."""
        text: str = event.value
        if _SURROGATE.search(text) is None:
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError as error:
            raise self._error(event.start_mark, "half a character is written here") from error

    def _error(self, mark: Any, message: str) -> ConfigurationError:
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        return ConfigurationError(f"{self._name}:{line}:{column}: {message}")

    def _at_end_of(self, text: str) -> str:
        lines = text.split("\n")
        return f"{self._name}:{len(lines)}:{len(lines[-1]) + 1}"


_SURROGATE = re.compile("[\ud800-\udfff]")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,3})?")
_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    **dict.fromkeys(("null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _resolve(text: str) -> bool | int | float | str | None:
    """A plain scalar by the core schema of YAML 1.2; what overflows stays a text."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if len(text) <= 40 and _FLOAT.fullmatch(text):
        number = float(text)
        return number if abs(number) != float("inf") else text
    return text
