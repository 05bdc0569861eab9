"""Looks at pictures in this process: no server, no Ray."""

from datetime import UTC, datetime
from uuid import uuid4

import numpy as np

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation
from aegis.domain.statistics import CallTally
from aegis.settings import Settings
from aegis.vision.decoding.image_header import check_image_header
from deployments.vision_agent import VisionAgent


class LocalAnalyst:
    """The VisionAgent on single pictures; each is judged alone."""

    def __init__(self, settings: Settings) -> None:
        """Loads the model; raises ConfigurationError."""
        self._max_pixels = settings.max_image_pixels
        self._agent = VisionAgent(settings, _report_to_nobody)

    def analyze(self, image: bytes) -> SceneAnalysis:
        """Raises InvalidImage, AnalysisFailed."""
        check_image_header(image, self._max_pixels)
        name = uuid4().hex
        frame = Frame(image, datetime.now(UTC), request_id=name, idempotency_key=name)
        (seen,) = self._agent.look([frame])
        if isinstance(seen, Exception):
            raise seen
        return seen


def list_detections(observation: Observation) -> Detections:
    """What was seen, as boxes in pixels of the upright picture, best score first."""
    subjects = sorted(observation.subjects, key=lambda it: -it.score)
    return Detections(
        np.array([it.bbox for it in subjects], np.float32).reshape(-1, 4),
        np.array([it.score for it in subjects], np.float32),
        tuple(it.label for it in subjects),
    )


async def _report_to_nobody(_: CallTally) -> None:
    """Calls are counted where there is a server."""
