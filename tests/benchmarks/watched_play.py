"""One play through the product's own path: scene session, rules, grouping in the store."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from actors.incident_store import IncidentStore
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.testing.scenes.play import Play
from aegis.vision.detection.detector import Detector
from aegis.vision.fights.fight_watch import FightWatch
from aegis.vision.scene.scene_session import DEFAULT_SCORE
from policies.threat.rules import ThreatRules
from tests.benchmarks.guard import Guard
from tests.benchmarks.sight import see_play

Eyes = Literal["given", "detector"]
DELAY_S = 15.0
"""So long after its end an event may still be reported and counts as found."""
_EARLY_S = 0.5
"""A moment before it, it already begins: who climbs leans over the fence first."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An incident of a clip; at_s: when its first frame was taken, since the clip's begin."""

    rule: str
    subtype: str
    severity: str
    at_s: float

    @classmethod
    def of(cls, incident: Incident, began: datetime) -> Self:
        """The alarm that an incident is for whoever watches this clip."""
        at_s = (incident.first_seen - began).total_seconds()
        return cls(incident.rule or "", incident.subtype or "", incident.severity.value, at_s)


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
    threshold = DEFAULT_SCORE if detector is None else detector.score_threshold
    guard = Guard.at(play.site(camera_id), rules, store, fights, threshold)
    incidents: dict[str, Incident] = {}
    for seen in see_play(play, detector, keep):
        key = f"{camera_id}-{seen.frame_number}"
        frame = Frame(b"", seen.captured_at, key, key, camera_id, frame_number=seen.frame_number)
        incident = await guard.look(frame, seen.picture(), seen.detections)
        if incident is not None:
            incidents[incident.id] = incident
    start = play.scene.start
    alarms = tuple(Alarm.of(incident, start) for incident in incidents.values())
    is_hit = any(names_event(play, incident, start) for incident in incidents.values())
    return Watched(play.kind, play.seed, alarms, is_hit)


def names_event(play: Play, incident: Incident, began: datetime) -> bool:
    """Whether an incident names the play's event: from half a second before it to 15 s after.

    began: when this very showing of the play did.
    """
    event = play.event
    since_s = (incident.first_seen - began).total_seconds()
    return (
        event is not None
        and incident.type in event.types
        and incident.subtype in event.subtypes
        and event.from_s - _EARLY_S <= since_s <= event.until_s + DELAY_S
    )
