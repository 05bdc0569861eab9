"""Makes the running system open an incident from pictures, as a camera would."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from aegis.testing.scenes.scene import SceneFrame
from aegis.testing.scenes.visits import render_clip
from aegis.vision.decoding.image_codec import encode_jpeg

SITE = Path(__file__).with_name("site.yaml")


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """answer: what `/api/analyze` said when the incident opened."""

    id: str
    answer: dict[str, Any]


def open_incident(api: httpx.Client, camera_id: str) -> OpenedIncident:
    """Send rendered frames of visitors until one of them opens an incident."""
    start = datetime.now(UTC) - timedelta(minutes=2)
    for frame in render_clip("visits", seed=1, fps=5, start=start):
        answer = send_frame(api, frame, camera_id)
        if answer["new_incident"]:
            return OpenedIncident(answer["incident_id"], answer)
    raise AssertionError("no rendered visitor opened an incident")


def send_frame(api: httpx.Client, frame: SceneFrame, camera_id: str) -> dict[str, Any]:
    """What `/api/analyze` answers for one rendered frame."""
    body = {
        "image": base64.b64encode(encode_jpeg(frame.image)).decode(),
        "frame_number": frame.frame_number,
        "timestamp": frame.captured_at.isoformat(),
        "metadata": {"camera_id": camera_id, "location": "Main Entrance"},
    }
    answer = api.post("/api/analyze", json=body)
    answer.raise_for_status()
    said: dict[str, Any] = answer.json()
    return said
