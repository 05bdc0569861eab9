"""The whole VisionAgent: nothing it says or keeps depends on what is private."""

import io
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from aegis.domain.analysis import SceneAnalysis
from aegis.domain.frame import Frame
from aegis.domain.statistics import CallTally
from aegis.settings import Settings
from aegis.testing.scenes.visits import render_clip
from deployments.vision_agent import VisionAgent

SITE = """
name: house
cameras:
  CAM:
    privacy:
      - [[0.55, 0.1], [0.95, 0.1], [0.95, 0.9], [0.55, 0.9]]
"""
RULES = """
version: 1
rules:
  - {name: always, watches: scene, when: "true", confidence: "1.0", type: vandalism,
     subtype: always, severity: low, reasoning: always, behavior: always}
"""
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


async def report(_: CallTally) -> None:
    """Nobody counts here."""


def secret_frames(seed: int) -> list[bytes]:
    """A clip of people in which what is private is noise of this seed."""
    random, frames = np.random.default_rng(seed), []
    encodings: Iterator[dict[str, Any]] = cycle([{"format": "PNG"}, {"format": "JPEG"}])
    for shot in islice(render_clip("visits", seed=5), 30, 42):
        picture = shot.image.copy()
        height, width = picture.shape[:2]
        rows = slice(round(0.1 * height) + 1, round(0.9 * height) - 1)
        columns = slice(round(0.55 * width) + 1, round(0.95 * width) - 1)
        shape = picture[rows, columns].shape
        picture[rows, columns] = random.integers(0, 256, shape, np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, **next(encodings))
        frames.append(buffer.getvalue())
    return frames


def test_two_clips_that_differ_only_in_private_give_the_same_bit_by_bit(tmp_path: Path) -> None:
    site, rules = tmp_path / "site.yaml", tmp_path / "rules.yaml"
    site.write_text(SITE)
    rules.write_text(RULES)
    told: list[list[SceneAnalysis | Exception]] = []
    kept: list[bytes] = []
    for seed in (1, 2):
        agent = VisionAgent(Settings(site_file=site, rules_file=rules), report)
        frames = [
            Frame(image, START + timedelta(seconds=step / 5), "req", f"key{step}", camera_id="CAM")
            for step, image in enumerate(secret_frames(seed))
        ]
        told.append([analysis for frame in frames for analysis in agent.look([frame])])
        kept.append(pickle.dumps(agent._sessions.snapshot()))
    assert told[0] == told[1]
    assert all(isinstance(it, SceneAnalysis) and it.evidence for it in told[0])
    assert kept[0] == kept[1]
