"""One play through the product's own path: scene session, rules, grouping in the store."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from actors.incident_store import IncidentStore
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.testing.scenes.play import Play
from aegis.vision.detector import Detector
from aegis.vision.fight_watch import FightWatch, Look
from aegis.vision.scene_session import DEFAULT_SCORE, SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules
from tests.benchmarks.sight import see_play

Eyes = Literal["given", "detector"]
DELAY_S = 15.0
"""So long after its end an event may still be reported and counts as found."""
_WEAK = 0.5


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
    play: Play,
    rules: ThreatRules,
    store: IncidentStore,
    detector: Detector | None = None,
    keep: Path | None = None,
    fights: FightWatch | None = None,
) -> Watched:
    """Judge every frame as the VisionAgent does and record what is an incident.

    detector, keep: as `see_play` has them. fights: without it nobody looks for fights.
    """
    camera_id = f"{play.kind}-{play.seed}"
    site = play.site(camera_id)
    threshold = DEFAULT_SCORE if detector is None else detector.score_threshold
    sessions = SceneSessions(site, threshold)
    incidents: dict[str, Incident] = {}
    for seen in see_play(play, detector, keep):
        picture = seen.picture()
        height, width = picture.shape[:2]
        key = f"{camera_id}-{seen.frame_number}"
        frame = Frame(b"", seen.captured_at, key, key, camera_id, frame_number=seen.frame_number)
        detections = seen.detections.above(_WEAK * threshold)
        observation = sessions.observe(frame, detections, (width, height), picture)
        if fights is not None:
            look = Look(camera_id, picture, seen.captured_at.timestamp(), seen.detections)
            score = fights.watch([look])[0]
            observation = observation.model_copy(update={"fight_score": score})
        assessment = assess(observation, site, rules)
        if assessment.is_incident:
            recorded = await store.record(assessment, None, key)
            incidents[recorded.incident.id] = recorded.incident
    alarms = tuple(_alarm(play, incident) for incident in incidents.values())
    is_hit = any(_is_right(play, incident) for incident in incidents.values())
    return Watched(play.kind, play.seed, alarms, is_hit)


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
