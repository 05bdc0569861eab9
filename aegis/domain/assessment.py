"""The judgement of one frame."""

from enum import StrEnum
from typing import Any

from pydantic import Field

from aegis.domain.observation import Box
from aegis.domain.value import UtcDatetime, Value


class IncidentType(StrEnum):
    """The five words of the contract; the finer word is the subtype."""

    VIOLENCE = "violence"
    SUSPICIOUS_BEHAVIOR = "suspicious_behavior"
    INTRUSION = "intrusion"
    VANDALISM = "vandalism"
    NORMAL = "normal"


class Severity(StrEnum):
    """How bad; ordered from low to critical by `rank`."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Subject(Value):
    """Somebody or something an assessment is about."""

    description: str
    behavior: str
    location: str
    bbox: Box | None = None
    track_id: int | None = None


class Assessment(Value):
    """What a rule made of an observation; with `type` normal there is no incident.

    confidence: 0 to 100, certainty of this very verdict.
    rule: name of the rule that fired; facts: the values that made it fire.
    grouping_key: frames with one key, close in time, are one incident.
    quiet_gap_s: so long without such a frame ends the incident.
    cooldown_s: so long after an incident of this rule at this camera no other is opened.
    max_duration_s: so long an incident goes on at most.
    nearby: cameras that people walk to from here, with the seconds it takes them.
    part_of: rules whose graver incidents at this camera, while they go on, this belongs to.
    parts: rules whose lesser incidents at this camera, while they go on, this takes over.
    alarm_level: 0 to 4 as in ANSI/TMA-AVS-01; alarm_facts: what justifies it, in words.
    """

    type: IncidentType
    severity: Severity
    confidence: float = Field(ge=0, le=100)
    reasoning: str
    captured_at: UtcDatetime
    subtype: str | None = None
    subjects: tuple[Subject, ...] = ()
    camera_id: str | None = None
    location: str | None = None
    frame_number: int | None = None
    rule: str | None = None
    policy_version: str = ""
    grouping_key: str | None = None
    quiet_gap_s: float = Field(default=60.0, ge=0)
    cooldown_s: float = Field(default=0.0, ge=0)
    max_duration_s: float | None = Field(default=None, gt=0)
    nearby: dict[str, float] = {}
    part_of: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    facts: dict[str, Any] = {}
    alarm_level: int = Field(default=0, ge=0, le=4)
    alarm_facts: tuple[str, ...] = ()

    @property
    def is_incident(self) -> bool:
        """Whether something is going on that people must hear of."""
        return self.type is not IncidentType.NORMAL
