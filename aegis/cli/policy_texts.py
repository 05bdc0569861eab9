"""Policy files on their way to the server, and its answers about them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aegis.errors import ConfigurationError, ValidationFailed
from aegis.located_yaml import MAX_BYTES


def read_text(path: Path | None) -> str | None:
    """The file's text; raises ConfigurationError."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path}: cannot be read: {error}") from error


@contextmanager
def told_apart(**files: Path | None) -> Iterator[None]:
    """A refusal names the files: the server only knows them as `rules`, `site`, `playbooks`."""
    try:
        yield
    except ValidationFailed as error:
        found = [it for it in error.details.get("errors", []) if "line" in it]
        if not found:
            raise
        lines = [
            f"{files.get(it['document']) or it['document']}:{it['line']}:{it['column']}: "
            f"{it['field']}: {it['expected_format']}"
            for it in found
        ]
        raise ConfigurationError("\n".join(lines)) from error
