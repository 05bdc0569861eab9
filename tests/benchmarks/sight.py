"""What eyes saw of a play, frame by frame; it can be kept, to be judged again by other rules."""

import pickle
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from aegis.domain.detection import Detections
from aegis.testing.scenes.film import as_pixels
from aegis.testing.scenes.given_eyes import GivenEyes
from aegis.testing.scenes.play import Play
from aegis.testing.scenes.scene import Scene
from aegis.vision.detection.detector import Detector

Pixels = NDArray[np.uint8]
GIVEN_WIDTH = 256
_QUALITY = 90
_DETECTOR_FPS = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """One frame as it was sent, a JPEG, and what was detected in it."""

    jpeg: bytes
    captured_at: datetime
    frame_number: int
    detections: Detections

    def picture(self) -> Pixels:
        """(H, W, 3) RGB."""
        return as_pixels(cv2.imdecode(np.frombuffer(self.jpeg, np.uint8), cv2.IMREAD_COLOR_RGB))


def see_play(play: Play, detector: Detector | None, keep: Path | None = None) -> Iterator[Sight]:
    """Every frame of a play through these eyes.

    detector: looks at the pixels that were sent, at most four frames a second; without one the
    detections are the truth with the noise of real eyes, and pixels are rendered small, for
    what the session makes of them.
    keep: a folder of one's own; what lies there from an earlier run is not seen again.
    """
    if keep is None:
        yield from _look(play, detector)
        return
    path = keep / f"{play.kind}-{play.seed}-{detector.name if detector else 'given'}.sights"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".part")
        unfinished.write_bytes(pickle.dumps(list(_look(play, detector))))
        unfinished.replace(path)
    yield from pickle.loads(path.read_bytes())


def _look(play: Play, detector: Detector | None) -> Iterator[Sight]:
    scene = _at_most(play.scene) if detector else play.scene.at_width(GIVEN_WIDTH)
    eyes = GivenEyes(play.seed)
    for shot in scene.frames():
        flags = [cv2.IMWRITE_JPEG_QUALITY, _QUALITY]
        bgr = cv2.cvtColor(shot.image, cv2.COLOR_RGB2BGR)
        jpeg = cv2.imencode(".jpg", bgr, flags)[1].tobytes()
        sent = as_pixels(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB))
        detections = detector.detect([sent])[0] if detector else eyes.see(shot)
        yield Sight(jpeg, shot.captured_at, shot.frame_number, detections)


def _at_most(scene: Scene) -> Scene:
    return replace(scene, fps=min(_DETECTOR_FPS, scene.fps))
