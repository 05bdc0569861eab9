"""`/api/analyze` on one replica beside the same model in a bare loop, in one run.

`python -m tests.benchmarks.throughput [SECONDS]`. The bare loop decodes and detects in one
thread, with no server; 16 callers send the same pictures. At least 0.6 of it is wanted.
"""

import base64
import http.client
import io
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import torch
from PIL import Image
from rich.console import Console
from rich.table import Table

from aegis.settings import Settings
from aegis.testing.running_system import running_system
from aegis.vision.decoding.image_codec import decode_image
from aegis.vision.detection.detector import load_detector

CALLERS = 16
AT_LEAST = 0.6


def time_bare_loop(pictures: list[bytes], seconds: float) -> float:
    """Frames a second of decode and detect, one at a time."""
    settings = Settings()
    torch.set_num_threads(settings.vision_threads)
    detector = load_detector(settings.vision_model, settings.vision_weights, "cpu")
    detector.detect([decode_image(pictures[0])])
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        detector.detect([decode_image(pictures[count % len(pictures)])])
        count += 1
    return count / (time.perf_counter() - start)


def time_analyze(url: str, bodies: list[bytes], seconds: float) -> tuple[float, float]:
    """Requests a second of 16 callers, and the median answer in ms."""
    took: list[float] = []
    end = time.perf_counter() + seconds
    callers = [
        threading.Thread(target=_call_until, args=(url, bodies[number:], end, took))
        for number in range(CALLERS)
    ]
    start = time.perf_counter()
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return len(took) / (time.perf_counter() - start), 1000 * float(np.median(took))


def _call_until(url: str, bodies: list[bytes], end: float, took: list[float]) -> None:
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    number = 0
    while time.perf_counter() < end:
        start = time.perf_counter()
        connection.request("POST", "/api/analyze", bodies[number % len(bodies)])
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {said[:300]!r}")
        took.append(time.perf_counter() - start)
        number += 1


def _pictures(count: int) -> list[bytes]:
    """JPEGs of 768 x 432, about 60 KB each, none alike."""
    random = np.random.default_rng(1)
    pictures = []
    for _ in range(count):
        coarse = random.integers(0, 255, (54, 96, 3), np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(coarse).resize((768, 432), Image.Resampling.BICUBIC).save(
            buffer, "JPEG", quality=92
        )
        pictures.append(buffer.getvalue())
    return pictures


def main() -> None:
    """Print the table."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 15.0
    pictures = _pictures(2 * CALLERS)
    bodies = [json.dumps({"image": base64.b64encode(it).decode()}).encode() for it in pictures]
    no_limit = {"AEGIS_REQUESTS_PER_MINUTE": "1000000"}
    with tempfile.TemporaryDirectory() as folder, running_system(Path(folder), no_limit) as system:
        time_analyze(system.url, bodies, 3)
        before = time_bare_loop(pictures, seconds)
        served, median_ms = time_analyze(system.url, bodies, seconds)
        after = time_bare_loop(pictures, seconds)
    bare = (before + after) / 2
    table = Table("figure", "aegis", "bare loop", "ratio", "at least")
    table.add_row(
        f"frames a second, {CALLERS} callers, {len(pictures[0]) // 1024} KB JPEG",
        f"{served:.1f}",
        f"{bare:.1f} ({before:.1f}, {after:.1f})",
        f"{served / bare:.2f}",
        f"{AT_LEAST:.2f}",
    )
    table.add_row("median answer, ms", f"{median_ms:.0f}", f"{1000 / bare:.0f}", "", "")
    Console().print(table)


if __name__ == "__main__":
    main()
