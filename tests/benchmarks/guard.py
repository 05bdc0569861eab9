"""The product's way of a frame, without servers: scene, fights, rules, one incident store."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from actors.incident_store import IncidentStore
from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.incident import Incident
from aegis.domain.site import Site
from aegis.vision.fights.fight_watch import FightWatch, Look
from aegis.vision.scene.scene_session import DEFAULT_SCORE, SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules

_WEAK = 0.5


@dataclass(frozen=True, slots=True)
class Guard:
    """Judges frames as the VisionAgent does and records what is an incident.

    fights: without it nobody looks for fights. score_threshold: of the detector.
    """

    site: Site
    rules: ThreatRules
    store: IncidentStore
    sessions: SceneSessions
    fights: FightWatch | None = None
    score_threshold: float = DEFAULT_SCORE

    @classmethod
    def at(
        cls,
        site: Site,
        rules: ThreatRules,
        store: IncidentStore,
        fights: FightWatch | None = None,
        score_threshold: float = DEFAULT_SCORE,
    ) -> Self:
        """One who has seen nothing yet of this site; room for all its cameras."""
        sessions = SceneSessions(site, score_threshold, capacity=max(1, len(site.cameras)))
        return cls(site, rules, store, sessions, fights, score_threshold)

    async def look(
        self, frame: Frame, picture: NDArray[np.uint8], detections: Detections
    ) -> Incident | None:
        """The incident that this frame opened or belongs to; picture: (H, W, 3) RGB."""
        height, width = picture.shape[:2]
        believable = detections.above(_WEAK * self.score_threshold)
        observation = self.sessions.observe(frame, believable, (width, height), picture)
        if self.fights is not None:
            look = Look(frame.camera_id, picture, frame.captured_at.timestamp(), detections)
            fight = self.fights.watch([look])[0]
            if fight is not None:
                update = {"fight_score": fight.score, "fight_s": fight.likely_s}
                observation = observation.model_copy(update=update)
        assessment = assess(observation, self.site, self.rules)
        if not assessment.is_incident:
            return None
        return (await self.store.record(assessment, None, frame.idempotency_key)).incident
