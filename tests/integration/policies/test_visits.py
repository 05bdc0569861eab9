"""Sessions and rules together: what a weak detector sees of people who come one by one."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.site import Camera, Site, Zone
from aegis.vision.scene.scene_session import SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import load_rules

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = (768, 432)
FLOOR = Zone(name="floor", polygon=((0, 0.55), (1, 0.58), (1, 1), (0, 1)), restricted=True)
SITE = Site(cameras={"room": Camera(zones=(FLOOR,))})
VISITS = [(6.5, 19.5), (24.0, 45.0), (51.5, 69.5), (75.0, 87.0), (93.0, 118.5), (124.0, 135.5)]
"""When somebody is in view, seconds; as in the footage of the room."""


def where(at_s: float) -> tuple[float, float] | None:
    """Ground point: in from below within 1.5 s, at the table, out to the right within 1.5 s."""
    for came_s, left_s in VISITS:
        if came_s <= at_s < left_s:
            arriving = min(1.0, (at_s - came_s) / 1.5)
            leaving = max(0.0, 1.0 - (left_s - at_s) / 1.5)
            return 330 + 120 * arriving + 280 * leaving, 432 - 32 * arriving
    return None


def film(hertz: float, seed: int) -> Iterator[tuple[float, Detections]]:
    """A person is missed in one frame of five; in one of twelve something is imagined."""
    random = np.random.default_rng(seed)
    for step in range(int(139 * hertz)):
        boxes, scores = [], []
        person = where(step / hertz)
        if person and random.random() > 0.2:
            x, y = person + random.normal(0, 5, 2)
            boxes.append([x - 65, y - 390, min(x + 65, 768), min(y, 432)])
            scores.append(random.uniform(0.42, 0.75))
        if random.random() < 1 / 12:
            boxes.append([500, 250, 550, 425])
            scores.append(random.uniform(0.36, 0.6))
        xyxy = np.array(boxes, np.float32).reshape(-1, 4)
        yield step / hertz, Detections(xyxy, np.array(scores, np.float32), ("person",) * len(boxes))


@pytest.mark.parametrize(("hertz", "seed"), [(2, 1), (5, 2), (10, 3)])
def test_every_visit_to_a_restricted_zone_is_one_incident(hertz: float, seed: int) -> None:
    sessions, rules = SceneSessions(SITE), load_rules(None)
    opened: dict[str | None, float] = {}
    for at_s, detections in film(hertz, seed):
        moment = START + timedelta(seconds=at_s)
        shot = Frame(b"", moment, "req_1", f"key_{at_s}", camera_id="room")
        verdict = assess(sessions.observe(shot, detections, SIZE), SITE, rules)
        if verdict.is_incident:
            opened.setdefault(verdict.grouping_key, at_s)
    assert len(opened) == len(VISITS)
    for alarm_s, (came_s, _) in zip(opened.values(), VISITS, strict=True):
        assert 0 <= alarm_s - came_s < 4
