"""One play through the product's own path: scene session, rules, grouping in the store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from actors.incident_store import IncidentStore
from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.testing.scenes.given_eyes import GivenEyes
from aegis.testing.scenes.play import Play
from aegis.testing.scenes.scene import SceneFrame
from aegis.vision.detector import Detector
from aegis.vision.scene_session import DEFAULT_SCORE, SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules

Eyes = Literal["given", "detector"]
DELAY_S = 15.0
"""So long after its end an event may still be reported and counts as found."""
GIVEN_WH = (256, 144)
_WEAK = 0.5
_BATCH = 8


@dataclass(frozen=True, slots=True)
class Alarm:
    """An incident of a clip; at_s: when its first frame was taken, since the clip's begin."""

    rule: str
    subtype: str
    severity: str
    at_s: float


@dataclass(frozen=True, slots=True)
class Watched:
    """What came of one clip."""

    kind: str
    seed: int
    alarms: tuple[Alarm, ...]
    is_hit: bool


async def watch_play(
    play: Play, rules: ThreatRules, store: IncidentStore, detector: Detector | None = None
) -> Watched:
    """Judge every frame as the VisionAgent does and record what is an incident.

    detector: looks at the rendered pixels; without one the detections are the truth with the
    noise of real eyes, and pixels are rendered small, for what the session makes of them.
    """
    camera_id = f"{play.kind}-{play.seed}"
    site = play.site(camera_id)
    threshold = DEFAULT_SCORE if detector is None else detector.score_threshold
    sessions = SceneSessions(site, threshold)
    incidents: dict[str, Incident] = {}
    for shot, detections in _see(play, detector):
        height, width = shot.image.shape[:2]
        key = f"{camera_id}-{shot.frame_number}"
        frame = Frame(b"", shot.captured_at, key, key, camera_id, frame_number=shot.frame_number)
        observation = sessions.observe(frame, detections.above(_WEAK * threshold), (width, height))
        assessment = assess(observation, site, rules)
        if assessment.is_incident:
            recorded = await store.record(assessment, None, key)
            incidents[recorded.incident.id] = recorded.incident
    alarms = tuple(_alarm(play, incident) for incident in incidents.values())
    is_hit = any(_is_right(play, incident) for incident in incidents.values())
    return Watched(play.kind, play.seed, alarms, is_hit)


def _see(play: Play, detector: Detector | None) -> Iterator[tuple[SceneFrame, Detections]]:
    if detector is None:
        eyes = GivenEyes(play.seed)
        for shot in play.scene.at_resolution(GIVEN_WH).frames():
            yield shot, eyes.see(shot)
        return
    frames = play.scene.frames()
    while shots := list(islice(frames, _BATCH)):
        yield from zip(shots, _detect(detector, shots), strict=True)


def _detect(detector: Detector, shots: Sequence[SceneFrame]) -> list[Detections]:
    return detector.detect([shot.image for shot in shots])


def _alarm(play: Play, incident: Incident) -> Alarm:
    at_s = (incident.first_seen - play.scene.start).total_seconds()
    return Alarm(incident.rule or "", incident.subtype or "", incident.severity.value, at_s)


def _is_right(play: Play, incident: Incident) -> bool:
    """Whether an incident names the play's event, while it goes on or shortly after."""
    event = play.event
    return (
        event is not None
        and incident.type in event.types
        and incident.subtype in event.subtypes
        and event.from_s <= _alarm(play, incident).at_s <= event.until_s + DELAY_S
    )
