"""What the scene sessions of many cameras take in memory, beside the limit.

    python -m tests.benchmarks.session_memory [--cameras 1000] [--people 5] [--frames 30]

One process without a model; resident memory after less before, once every camera has its
normal, its tracks and its marks. The noise pictures are shared, so they count once.
"""

import argparse
import gc
from datetime import UTC, datetime, timedelta

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.site import Site
from aegis.vision.scene.scene_session import SceneSessions
from aegis.vision.scene.session_packing import pack

LIMIT_MB = 500.0
SIZE = (320, 180)
START = datetime(2026, 3, 2, 12, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=1000)
    parser.add_argument("--people", type=int, default=5)
    parser.add_argument("--frames", type=int, default=30)
    asked = parser.parse_args()
    taken_mb, packed_kb = measure(asked.cameras, asked.people, asked.frames)
    limit_mb = LIMIT_MB * asked.cameras / 1000
    title = f"{asked.cameras} cameras of {asked.people} people each, {asked.frames} frames"
    table = Table("", "measured", "limit", "measured / limit", title=title)
    ratio = f"{taken_mb / limit_mb:.2f}"
    table.add_row("sessions, MB", f"{taken_mb:.0f}", f"{limit_mb:.0f}", ratio)
    table.add_row("one camera, KB", f"{1000 * taken_mb / asked.cameras:.0f}", "500", ratio)
    table.add_row("its snapshot, KB", f"{packed_kb:.0f}", "400", f"{packed_kb / 400:.2f}")
    Console().print(table)


def measure(cameras: int, people: int, frames: int) -> tuple[float, float]:
    """MB that all sessions take, and KB of one camera's snapshot with its picture."""
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 255, (SIZE[1], SIZE[0], 3), np.uint8) for _ in range(7)]
    sessions = SceneSessions(Site(), capacity=cameras)
    _watch(sessions, "warm up", pictures, people, frames)
    gc.collect()
    before = psutil.Process().memory_info().rss
    for number in range(cameras):
        _watch(sessions, f"CAM_{number}", pictures, people, frames)
    gc.collect()
    taken_mb = (psutil.Process().memory_info().rss - before) / 1e6
    session = sessions.of(f"CAM_{cameras - 1}")
    snapshot = pack(session, with_picture=True) if session else None
    return taken_mb, snapshot.size / 1000 if snapshot else 0.0


def _watch(
    sessions: SceneSessions,
    camera_id: str,
    pictures: list[np.ndarray],
    people: int,
    frames: int,
) -> None:
    for step in range(frames):
        at = START + timedelta(seconds=step / 2)
        frame = Frame(b"", at, "req", f"{step}", camera_id=camera_id)
        x = np.linspace(20, 280, people) + 10 * np.sin(step / 5)
        boxes = np.stack([x - 8, np.full(people, 60.0), x + 8, np.full(people, 120.0)], axis=1)
        seen = Detections(
            boxes.astype(np.float32), np.full(people, 0.8, np.float32), ("person",) * people
        )
        sessions.observe(frame, seen, SIZE, pictures[step % len(pictures)])


if __name__ == "__main__":
    main()
