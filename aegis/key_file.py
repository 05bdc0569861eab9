"""The file of API keys: read whole, written whole, never holding a key itself."""

import fcntl
import hashlib
import json
import os
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from aegis.domain.api_key import ApiKey
from aegis.domain.value import Value
from aegis.errors import ConfigurationError

_MOST_BYTES = 8 * 2**20
_PREFIX = "aegis_"


class KeyFile(Value):
    """What is in the file; ids and digests are there once each."""

    version: Literal[1] = 1
    keys: tuple[ApiKey, ...] = Field(default=(), max_length=10_000)

    @model_validator(mode="after")
    def _has_each_key_once(self) -> Self:
        for name in ("id", "sha256"):
            counts = Counter(getattr(key, name) for key in self.keys)
            if counts and (most := counts.most_common(1)[0])[1] > 1:
                raise ValueError(f"{name} {most[0]} is there more than once")
        return self


def new_key() -> str:
    """A key of 256 random bits, fit for a header, a subprotocol and a query."""
    return _PREFIX + secrets.token_urlsafe(32)


def digest_of(key: str) -> str:
    """SHA-256 of a key as it comes in a header, hexadecimal.

    A fast hash is enough for keys of 256 random bits: there is nothing to guess.
    """
    return hashlib.sha256(key.encode("latin-1", "replace")).hexdigest()


def read_keys(path: Path) -> tuple[ApiKey, ...]:
    """The keys, none when there is no file; raises ConfigurationError naming what is wrong."""
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    if len(text) > _MOST_BYTES:
        raise ConfigurationError(f"{path} is larger than {_MOST_BYTES} bytes: it is no key file")
    try:
        return KeyFile.model_validate_json(text).keys
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        place = ".".join(map(str, problem["loc"])) or "file"
        raise ConfigurationError(
            f"{path}: {place}: {problem['msg']}; mend it or take it from a backup"
        ) from error


def write_keys(path: Path, keys: Sequence[ApiKey]) -> None:
    """Replace the file at once, readable by its owner only; raises ConfigurationError."""
    document = KeyFile(keys=tuple(keys)).model_dump(mode="json")
    for key in document["keys"]:
        key["scopes"].sort()
    try:
        _replace(path, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error


@contextmanager
def editing(path: Path) -> Iterator[list[ApiKey]]:
    """The keys to change in place; written on leaving, one editor at a time."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        keys = list(read_keys(path))
        yield keys
        write_keys(path, keys)
    finally:
        os.close(lock)


def utc_now() -> datetime:
    """The time of day of this machine, in UTC."""
    return datetime.now(UTC)


def _replace(path: Path, text: str) -> None:
    """Readers see the old file or the new one, also after a power cut."""
    descriptor, staged = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(staged).replace(path)
    except BaseException:
        Path(staged).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
