"""API keys as people write and read them in a terminal."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from aegis.domain.api_key import ALL_SCOPES, ApiKey, KeyScope
from aegis.errors import ConfigurationError
from aegis.key_file import digest_of

_STYLES = {"valid": "green", "expired": "yellow", "revoked": "dim"}


def make_key(secret: str, **fields: Any) -> ApiKey:
    """The kept form of a key, with a new id; raises ConfigurationError naming what is wrong."""
    try:
        return ApiKey(id=f"key_{secrets.token_hex(4)}", sha256=digest_of(secret), **fields)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{place}: {message}" if place else message) from error


def read_scopes(words: Sequence[str]) -> frozenset[KeyScope]:
    """Scopes from words, commas allowed, `all` for all; raises ConfigurationError."""
    named = {part.strip().lower() for word in words for part in word.split(",")}
    if named == {"all"}:
        return ALL_SCOPES
    unknown = sorted(named - set(KeyScope))
    if unknown:
        known = ", ".join(KeyScope)
        raise ConfigurationError(f"There is no scope {unknown[0]!r}: use {known}, or all alone")
    return frozenset(map(KeyScope, named))


def read_cameras(words: Sequence[str]) -> dict[str, float | None]:
    """Cameras from `CAM_01` or `CAM_01=5`; raises ConfigurationError."""
    cameras: dict[str, float | None] = {}
    for word in words:
        camera, sign, rate = word.rpartition("=") if "=" in word else (word, "", "")
        try:
            cameras[camera] = float(rate) if sign else None
        except ValueError as error:
            raise ConfigurationError(f"{word!r}: {rate!r} is no rate; write {camera}=5") from error
    return cameras


def tabulate_keys(keys: Iterable[ApiKey], now: datetime) -> Table:
    """A row for each, in the order given; times in UTC."""
    table = Table(header_style="bold", box=None)
    for column in ("id", "name", "scopes", "cameras", "created", "expires", "state"):
        table.add_column(column, no_wrap=column in {"id", "state"}, overflow="fold")
    for key in keys:
        state = key.state_at(now)
        table.add_row(
            key.id,
            escape(key.name),
            " ".join(scope for scope in KeyScope if scope in key.scopes),
            escape(" ".join(map(_describe_camera, key.cameras.items()))) or "any",
            f"{key.created_at:%Y-%m-%d}",
            f"{key.expires_at:%Y-%m-%d %H:%M}" if key.expires_at else "never",
            f"[{_STYLES[state]}]{state}[/]",
        )
    return table


def _describe_camera(camera: tuple[str, float | None]) -> str:
    name, rate = camera
    return name if rate is None else f"{name}={rate:g}"
