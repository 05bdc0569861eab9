"""Frames that come shuffled, twice or late within a moment give the incidents of ordered ones."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aegis.domain.frame import Frame
from aegis.testing.scenes.repertoire import stage_play
from aegis.vision.scene.scene_session import DEFAULT_SCORE, SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import load_rules
from tests.benchmarks.sight import Sight, see_play

RULES = load_rules(None)
LATE_S = 0.4
FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@cache
def seen(kind: str) -> tuple[Sight, ...]:
    play = stage_play(kind, 3)
    return tuple(see_play(replace(play, scene=replace(play.scene, fps=5.0)), None))


def judge(kind: str, sights: Sequence[Sight]) -> dict[str, float]:
    """By rule, when the first frame was taken that it spoke of; seconds."""
    play = stage_play(kind, 3)
    site = play.site("CAM")
    sessions = SceneSessions(site, DEFAULT_SCORE)
    first: dict[str, float] = {}
    for number, it in enumerate(sights):
        picture = it.picture()
        frame = Frame(b"", it.captured_at, str(number), str(number), "CAM")
        wh = (picture.shape[1], picture.shape[0])
        detections = it.detections.above(DEFAULT_SCORE / 2)
        verdict = assess(sessions.observe(frame, detections, wh, picture), site, RULES)
        if verdict.rule is not None:
            at_s = (it.captured_at - play.scene.start).total_seconds()
            first[verdict.rule] = min(at_s, first.get(verdict.rule, at_s))
    return first


@pytest.mark.parametrize("kind", ["trying_doors", "climbing", "walking_past", "hurry"])
@FEW
@given(seed=st.integers(0, 2**32 - 1))
def test_shuffled_repeated_and_late_frames_give_the_same_incidents(kind: str, seed: int) -> None:
    sights, random = seen(kind), np.random.default_rng(seed)
    again = [it for it in sights if random.random() < 0.1]
    sent = [*sights, *again]
    late_s = random.uniform(0, LATE_S, len(sent)) * (random.random(len(sent)) < 0.2)
    arrives = [it.captured_at.timestamp() + late for it, late in zip(sent, late_s, strict=True)]
    order = np.argsort(arrives, kind="stable")
    shuffled, ordered = judge(kind, [sent[index] for index in order]), judge(kind, sights)
    assert shuffled.keys() == ordered.keys()
    for rule, at_s in ordered.items():
        assert shuffled[rule] == pytest.approx(at_s, abs=3.0)
