"""What judging a frame costs, session and rules, beside the model that looks at it.

    python -m tests.benchmarks.judging [--frames 1000] [--people 20] [--rules 50]

Prints a table of milliseconds and of their ratio to the model's own time on the same frames,
from one run in one process on one thread, which seeks garbage as rarely as a replica does. Time
is the thread's own (CPU time), so that other work on the machine does not count, but for the
caches that it shares. Of a thousand frames p99 is the tenth dearest; of few it is chance.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib.resources import files
from typing import TypeVar

import cv2
import numpy as np
import torch
import yaml
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.site import Camera, Site, Tripwire, Zone
from aegis.garbage import seek_garbage_rarely
from aegis.located_yaml import LocatedYaml
from aegis.testing.scenes.stage import paint_stage
from aegis.testing.scenes.visits import VIEW, hall
from aegis.vision.detection.detector import load_detector
from aegis.vision.scene.scene_session import SceneSessions
from policies.threat.assess import assess
from policies.threat.rules import ThreatRules, compile_rules

Answer = TypeVar("Answer")

SIZE = (1280, 720)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMIT_MS = 5.0
_WARM_UP = 40


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was done, and what each frame took, milliseconds."""

    what: str
    taken_ms: NDArray[np.float64]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=1000)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--rules", type=int, default=50)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    seek_garbage_rarely()
    rows = measure(asked.frames, asked.people, asked.rules)
    model_ms = float(np.median(rows[-1].taken_ms))
    title = f"{asked.people} people, {asked.rules} rules, {asked.frames} frames of {SIZE}, CPU ms"
    table = Table("", "p50", "p99", "limit of p99", "p50 / model", title=title)
    for row in rows:
        p50, p99 = np.percentile(row.taken_ms, (50, 99))
        limit = f"{LIMIT_MS:.1f}" if row.what == "session and rules" else ""
        table.add_row(row.what, f"{p50:.2f}", f"{p99:.2f}", limit, f"{p50 / model_ms:.2f}")
    Console().print(table)


def measure(frames: int, people: int, rules: int) -> list[Row]:
    """Session, rules, both, and the model, on the same frames."""
    book, site = _rules(rules), _site()
    sessions = SceneSessions(site)
    crowd = Crowd(people)
    detector = load_detector("aegis-small", None, "cpu")
    spent: dict[str, list[float]] = {"session": [], "rules": [], "model": []}
    for step in range(frames + _WARM_UP):
        at = START + timedelta(seconds=step / 5)
        picture, seen = crowd.shot(step / 5)
        frame = Frame(b"", at, "req", f"{step}", camera_id="CAM")
        session_ms, observation = _timed(partial(sessions.observe, frame, seen, SIZE, picture))
        rules_ms, _ = _timed(partial(assess, observation, site, book))
        spent["session"].append(session_ms)
        spent["rules"].append(rules_ms)
        if step % 10 == 0:
            spent["model"].append(_timed(partial(detector.detect, [picture]))[0])
    taken = {what: np.array(all_ms[_WARM_UP:] if what != "model" else all_ms[1:])
             for what, all_ms in spent.items()}  # fmt: skip
    return [
        Row("session", taken["session"]),
        Row("rules", taken["rules"]),
        Row("session and rules", taken["session"] + taken["rules"]),
        Row("model", taken["model"]),
    ]


class Crowd:
    """People who wander about in a room, each seen in nine of ten frames."""

    def __init__(self, people: int) -> None:
        self._random = np.random.default_rng(1)
        self._start = self._random.uniform((60, 300), (1220, 700), (people, 2))
        self._pace = self._random.uniform(-60, 60, (people, 2))
        view = replace(VIEW, resolution_wh=SIZE)
        self._room = paint_stage(hall(), view).astype(np.int16)
        self._noise = self._random.normal(0, 4, (2 * SIZE[1], 2 * SIZE[0], 1)).astype(np.int16)

    def shot(self, at_s: float) -> tuple[NDArray[np.uint8], Detections]:
        """The picture and what a detector finds in it at that moment."""
        phase = at_s * self._pace / 400
        feet = self._start + 60 * np.stack([np.sin(phase[:, 0]), np.cos(phase[:, 1])], axis=1)
        feet = feet[self._random.random(len(feet)) > 0.1]
        boxes = np.stack(
            [feet[:, 0] - 35, feet[:, 1] - 180, feet[:, 0] + 35, feet[:, 1]], axis=1
        ).clip(0, [SIZE[0], SIZE[1], SIZE[0], SIZE[1]])
        x, y = self._random.integers(0, SIZE)
        noise = self._noise[y : y + SIZE[1], x : x + SIZE[0]]
        picture = np.clip(self._room + noise, 0, 255).astype(np.uint8)
        for x0, y0, x1, y1 in boxes.round().astype(int).tolist():
            picture[y0:y1, x0:x1] = (90, 60, 60)
        scores = self._random.uniform(0.5, 0.9, len(boxes)).astype(np.float32)
        return picture, Detections(boxes.astype(np.float32), scores, ("person",) * len(boxes))


def _rules(count: int) -> ThreatRules:
    """The shipped rules, and variations of them under names of their own."""
    text = (files("policies.threat") / "rules.yaml").read_text()
    shipped = yaml.safe_load(text)["rules"]
    copies = [
        {**shipped[number % len(shipped)], "name": f"variation_{number}"}
        for number in range(max(0, count - len(shipped)))
    ]
    document = {"version": 1, "rules": (shipped + copies)[:count]}
    return compile_rules(LocatedYaml(json.dumps(document).encode(), "rules.yaml"))


def _site() -> Site:
    strips = [(n / 8, (n + 1) / 8) for n in range(8)]
    zones = tuple(
        Zone(
            name=f"zone {left}",
            polygon=((left, 0.4), (right, 0.4), (right, 1), (left, 1)),
            kind="door" if left == 0 else "protected" if left == 0.5 else "area",
        )
        for left, right in strips
    )
    wires = tuple(
        Tripwire(name=f"wire {n}", line=((n / 4, 0.3), (n / 4, 1.0)), kind="line")
        for n in (1, 2, 3)
    )
    return Site(cameras={"CAM": Camera(zones=zones, tripwires=wires)})


def _timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    started = time.thread_time()
    answer = work()
    return 1000 * (time.thread_time() - started), answer


if __name__ == "__main__":
    main()
