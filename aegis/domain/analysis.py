"""What the VisionAgent answers for one frame, and what the pipeline answers for it."""

from dataclasses import dataclass

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.domain.observation import Observation


@dataclass(frozen=True, slots=True)
class SceneAnalysis:
    """Seen and judged; evidence is a re-encoded JPEG, there only when it is an incident."""

    observation: Observation
    assessment: Assessment
    evidence: bytes | None = None


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The judged frame with the incident it belongs to, durable and planned, if any."""

    assessment: Assessment
    incident: Incident | None = None
    is_new_incident: bool = False
