"""What the VisionAgent answers for one frame, and what the pipeline answers for it."""

from dataclasses import dataclass
from datetime import datetime

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident
from aegis.domain.observation import Observation


@dataclass(frozen=True, slots=True)
class StripFrame:
    """A small picture of one moment of a camera: a JPEG without metadata."""

    captured_at: datetime
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class SceneAnalysis:
    """Seen and judged; pictures are re-encoded JPEGs, there only when it is an incident.

    strip: small pictures of the camera's last seconds, oldest first; the last one is this
    very frame, the thumbnail of the evidence.
    """

    observation: Observation
    assessment: Assessment
    evidence: bytes | None = None
    strip: tuple[StripFrame, ...] = ()


@dataclass(frozen=True, slots=True)
class FrameResult:
    """The judged frame with the incident it belongs to, durable and planned, if any.

    is_replay: all this was done before, under the same key.
    """

    assessment: Assessment
    incident: Incident | None = None
    is_new_incident: bool = False
    is_replay: bool = False
