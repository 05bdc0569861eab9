"""What judges: rules, site and playbooks as people wrote them, in numbered versions."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.value import UtcDatetime, Value

PolicyPart = Literal["rules", "site", "playbooks"]
POLICY_PARTS: tuple[PolicyPart, ...] = ("rules", "site", "playbooks")
Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class PolicyTexts(Value):
    """The three YAML texts that belong together; an empty site is one of which nothing is known."""

    rules: str
    site: str
    playbooks: str

    def text_of(self, part: PolicyPart) -> str:
        """The text of one part."""
        return {"rules": self.rules, "site": self.site, "playbooks": self.playbooks}[part]


class PolicyVersion(Value):
    """One accepted set of texts: who, when, from where.

    number: counts from 1. source: `files` on the disk at a start, or `api`.
    policy_version: what incidents say that it judged. digest: SHA-256 over the texts.
    changed: the parts that differ from the version before. restored: the version whose
    texts these are, when an old one was put again.
    """

    number: int = Field(ge=1)
    accepted_at: UtcDatetime
    author: str
    source: Literal["files", "api"]
    note: str | None = None
    policy_version: str
    digest: str
    changed: tuple[PolicyPart, ...] = ()
    restored: int | None = None


class KeptPolicy(PolicyVersion):
    """A version with its texts."""

    texts: PolicyTexts


class PolicyHistory(Value):
    """Every version, the newest first."""

    versions: tuple[PolicyVersion, ...]


class PolicyDraft(Value):
    """What shall be in force next.

    follows: the version that it was made from; it is kept only while that is the newest.
    file_digests: SHA-256 of the files at the last start, by part.
    request_key: the same key is the same request; request_digest: of what was asked under it.
    """

    follows: int = Field(ge=0)
    texts: PolicyTexts
    author: str
    source: Literal["files", "api"]
    note: str | None = None
    policy_version: str
    restored: int | None = None
    file_digests: dict[PolicyPart, str]
    request_key: str
    request_digest: str = ""


class Verdict(Value):
    """What people made of an incident; `confirmed` is resolved or escalated."""

    rule: str
    camera_id: str | None
    incident_id: str
    is_confirmed: bool
    decided_at: UtcDatetime


class PolicyState(Value):
    """What judges now: the newest version, and the verdicts that move its thresholds.

    mark: differs whenever anything of it does; verdicts: in the order of the decisions.
    """

    mark: str
    policy: KeptPolicy
    file_digests: dict[PolicyPart, str]
    verdicts: tuple[Verdict, ...] = ()


class ThresholdMove(Value):
    """What one verdict did to a threshold, in points; 0 where it may not move further."""

    incident_id: str
    verdict: Literal["false_positive", "confirmed"]
    decided_at: UtcDatetime
    points: float
    threshold: float


class CameraThreshold(Value):
    """A rule's threshold at one camera, and why; None: pictures without a camera."""

    camera_id: str | None
    threshold: float
    moves: tuple[ThresholdMove, ...]


class RuleSummary(Value):
    """A rule in force, in short."""

    name: str
    description: str
    enabled: bool
    type: IncidentType
    subtype: str
    severity: Severity
    threshold: float
    life_safety: bool
    moved_at: tuple[str | None, ...]


class SiteSummary(Value):
    """The site in force, in short."""

    name: str
    timezone: str
    version: str
    cameras: tuple[str, ...]


class PolicyOverview(Value):
    """What judges now."""

    version: KeptPolicy
    rules: tuple[RuleSummary, ...]
    site: SiteSummary
    playbooks: tuple[str, ...]


class RuleDetail(Value):
    """One rule in full.

    threshold: its own; cameras: where verdicts moved it. lowest, highest, step: the site's
    bounds for that, in points.
    """

    policy_version: str
    definition: dict[str, Any]
    threshold: float
    life_safety: bool
    lowest: float
    highest: float
    step: float
    cameras: tuple[CameraThreshold, ...]
