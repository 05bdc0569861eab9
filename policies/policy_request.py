"""What somebody puts into force: YAML or JSON with any of the three parts, or an old version."""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import yaml
from pydantic import Field

from aegis.domain.policy import POLICY_PARTS, Note, PolicyPart
from aegis.domain.value import Value
from aegis.errors import ConfigurationError
from aegis.located_yaml import LocatedYaml

_NAME = "body"


class PolicyBody(Value):
    """The request as it is written.

    rules, site, playbooks: each the document itself, or its YAML as one text; what is left
    out stays as it is. version: instead of parts, the number of a version to put again.
    """

    rules: dict[str, Any] | str | None = None
    site: dict[str, Any] | str | None = None
    playbooks: dict[str, Any] | str | None = None
    version: int | None = Field(default=None, ge=1, le=10**9)
    note: Note | None = None


@dataclass(frozen=True, slots=True)
class PolicyRequest:
    """A request taken apart.

    documents: with the places of their values as they were sent; texts: what is kept.
    """

    documents: Mapping[PolicyPart, LocatedYaml]
    texts: Mapping[PolicyPart, str]
    version: int | None
    note: str | None


def read_request(source: bytes) -> PolicyRequest:
    """Raises ConfigurationError with the places, in `body` or in a part's own text."""
    whole = _read(source)
    body = whole.validate(PolicyBody)
    given: dict[PolicyPart, dict[str, Any] | str] = {
        part: value for part in POLICY_PARTS if (value := getattr(body, part)) is not None
    }
    if (body.version is None) == (not given):
        raise whole.problem((), "give `version`, or any of `rules`, `site` and `playbooks`")
    return PolicyRequest(
        documents={
            part: LocatedYaml(value.encode(), part) if isinstance(value, str) else whole.part(part)
            for part, value in given.items()
        },
        texts={
            part: value if isinstance(value, str) else _write(value)
            for part, value in given.items()
        },
        version=body.version,
        note=body.note,
    )


def _read(source: bytes) -> LocatedYaml:
    """YAML; JSON is nearly YAML, and where it is not it is written anew."""
    try:
        return LocatedYaml(source, _NAME)
    except ConfigurationError:
        again = _written_anew(source)
        if again is None:
            raise
        with suppress(ConfigurationError):
            return LocatedYaml(again, _NAME)
        raise


def _written_anew(source: bytes) -> bytes | None:
    """JSON without what YAML would stumble over, such as tabs; None when it is no object."""
    try:
        value = json.loads(source)
    except (ValueError, RecursionError):
        return None
    return json.dumps(value, indent=1).encode() if isinstance(value, dict) else None


def _write(value: dict[str, Any]) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=100))
