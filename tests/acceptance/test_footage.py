"""`aegis watch` on real footage: six people visit a room one after another."""

import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from aegis.testing.running_system import RunningSystem
from aegis.vision.decoding.image_codec import decode_image
from aegis.vision.detection.detector import Detector, load_detector

CLIP = Path(__file__).parents[3] / "shared" / "datasets" / "footage" / "people-one-by-one.mp4"
VISITS_S = ((6, 20), (22, 46), (50, 70), (74, 88), (92, 120), (123, 137))
"""When somebody is in the room, by the clip's own time: read off the clip by eye."""

pytestmark = pytest.mark.skipif(not CLIP.exists(), reason="the footage lies beside the project")


@pytest.fixture(scope="module")
def detector() -> Detector:
    return load_detector("aegis-small", None, "cpu")


@pytest.fixture(scope="module")
def watched(system: RunningSystem, api: httpx.Client) -> list[dict[str, object]]:
    """The incidents that watching the clip opened, oldest first."""
    command = [sys.executable, "-m", "aegis", "watch", str(CLIP), "--camera", "room"]
    start = ["--url", system.url, "--start", "2026-01-05T10:00:00Z"]
    subprocess.run(command + start, check=True, capture_output=True, timeout=300)
    listed = api.get("/api/incidents", params={"camera_id": "room"}).json()["incidents"]
    return sorted(listed, key=lambda incident: str(incident["first_seen"]))


@pytest.mark.timeout(320)
def test_each_visit_is_one_incident(watched: list[dict[str, object]]) -> None:
    opened_s = [_seconds(str(incident["first_seen"])) for incident in watched]
    visits = [
        number for at in opened_s for number, it in enumerate(VISITS_S) if it[0] <= at < it[1]
    ]
    assert visits == list(range(len(VISITS_S))), opened_s


def test_each_picture_shows_the_person(
    watched: list[dict[str, object]], api: httpx.Client, detector: Detector
) -> None:
    for incident in watched:
        picture = decode_image(api.get(str(incident["evidence_path"])).content)
        (seen,) = detector.detect([picture])
        assert "person" in seen.above(detector.score_threshold).labels, incident["id"]


def _seconds(moment: str) -> float:
    minutes, seconds = moment.removesuffix("Z").split("T10:")[1].split(":")
    return 60 * float(minutes) + float(seconds)
