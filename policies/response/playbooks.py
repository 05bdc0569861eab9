"""The playbooks that people edit: what to do about which incident."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.response import ActionType
from aegis.domain.value import Value
from aegis.located_yaml import LocatedYaml, load_yaml
from policies.template import placeholders

PLACEHOLDERS = frozenset({"type", "subtype", "severity", "camera", "place", "confidence", "reason"})
"""What a step's reasoning may name, in braces."""

NEEDS_APPROVAL = frozenset(
    {ActionType.ALERT_AUTHORITIES, ActionType.LOCK_DOORS, ActionType.SOUND_ALARM}
)
"""Actions that wait for a person unless a playbook says otherwise."""


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Template = Annotated[str, placeholders(PLACEHOLDERS)]


class Match(Value):
    """Which incidents a playbook is for; what is left out matches everything."""

    type: IncidentType | None = None
    subtype: Name | None = None
    min_severity: Severity = Severity.LOW
    camera_id: str | None = None

    @property
    def specificity(self) -> tuple[bool, bool, bool, int]:
        """The more specific of two matches is the greater one."""
        return (
            self.camera_id is not None,
            self.subtype is not None,
            self.type is not None,
            self.min_severity.rank,
        )


class Step(Value):
    """One action; requires_approval: None means as NEEDS_APPROVAL says."""

    action: ActionType
    priority: int = Field(default=3, ge=1, le=5)
    parameters: dict[str, Any] = {}
    reasoning: Template
    requires_approval: bool | None = None


class Playbook(Value):
    """What to do about incidents of one kind, in order."""

    name: Name
    description: str = ""
    match: Match = Match()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=20)


class PlaybookFile(Value):
    """The file as it is written; one playbook matches everything, so that no incident has none."""

    version: Literal[1]
    playbooks: tuple[Playbook, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _names_are_unique_and_one_is_for_everything(self) -> Self:
        names = [playbook.name for playbook in self.playbooks]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"playbooks are here twice: {', '.join(twice)}")
        if not any(playbook.match == Match() for playbook in self.playbooks):
            raise ValueError("one playbook without `match` is expected, for all other incidents")
        return self


@dataclass(frozen=True, slots=True)
class Playbooks:
    """The playbooks in force, in the order of the file; version: hash of their content."""

    playbooks: tuple[Playbook, ...]
    version: str


def load_playbooks(path: Path | None) -> Playbooks:
    """The playbooks in this YAML file, or the shipped ones.

    Raises ConfigurationError naming file, line, column, field and what is expected.
    """
    shipped = Path(str(files("policies.response") / "playbooks.yaml"))
    return compile_playbooks(load_yaml(path or shipped))


def compile_playbooks(document: LocatedYaml) -> Playbooks:
    """Check a document; raises ConfigurationError as `load_playbooks` does."""
    written = document.validate(PlaybookFile)
    version = hashlib.sha256(written.model_dump_json().encode()).hexdigest()[:12]
    return Playbooks(written.playbooks, version)
