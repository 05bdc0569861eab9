"""One picture from a camera, still encoded."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Frame:
    """An encoded picture on its way through Aegis; pixels never leave the VisionAgent.

    image: JPEG, PNG or another still format, header already checked.
    captured_at: UTC; the request's timestamp, or the time of receipt.
    camera_id: frames are one sequence only when it is given.
    idempotency_key: the caller's own, or one made for this request, so a retry counts once.
    request_digest: of the request's body, when the key is the caller's own.
    """

    image: bytes
    captured_at: datetime
    request_id: str
    idempotency_key: str
    camera_id: str | None = None
    location: str | None = None
    frame_number: int | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    request_digest: str | None = None
