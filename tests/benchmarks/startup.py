"""Time to the first answered analysis, beside a bare two-line Serve app, in one run.

`python -m tests.benchmarks.startup [ROUNDS]`. The limit is twice the bare app's time.
"""

import base64
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from aegis.testing.running_system import free_ports, running_system

LIMIT = 2.0
BARE = """
import sys, time
from ray import serve
@serve.deployment
class Hello:
    async def __call__(self, request): return "hello"
serve.start(http_options={"port": int(sys.argv[1])})
serve.run(Hello.bind())
print("ready", flush=True)
sys.stdin.read()
"""


def time_bare_app() -> float:
    """Seconds from starting Python to the first answer of the bare app."""
    (port,) = free_ports(1)
    start = time.perf_counter()
    with tempfile.TemporaryFile() as log:
        app = subprocess.Popen(
            [sys.executable, "-c", BARE, str(port)],
            env=os.environ | {"RAY_ADDRESS": "local"},
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _first_answer(urllib.request.Request(f"http://127.0.0.1:{port}/"), app)
            return time.perf_counter() - start
        finally:
            app.terminate()
            app.wait(60)


def time_aegis() -> float:
    """Seconds from starting `aegis serve` to the first answered analysis."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with running_system(Path(folder)) as system:
            request = urllib.request.Request(
                f"{system.url}/api/analyze", _body(), {"Content-Type": "application/json"}
            )
            with urllib.request.urlopen(request, timeout=60) as answer:
                answer.read()
            return time.perf_counter() - start


def _first_answer(request: urllib.request.Request, app: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 120
    while app.poll() is None and time.monotonic() < end:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the bare app did not answer")


def _body() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (768, 432), (90, 90, 90)).save(buffer, "JPEG")
    return b'{"image": "' + base64.b64encode(buffer.getvalue()) + b'"}'


def main() -> None:
    """Print the table."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    console, pairs = Console(), []
    for number in range(rounds):
        pairs.append((time_aegis(), time_bare_app()))
        console.print(f"round {number + 1}: aegis {pairs[-1][0]:.1f} s, bare {pairs[-1][1]:.1f} s")
    ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    table = Table("figure", "aegis", "bare Serve app", "ratio", "at most")
    table.add_row(
        "first answer, s (median)", f"{ours:.1f}", f"{bare:.1f}", f"{ratio:.2f}", f"{LIMIT:.2f}"
    )
    console.print(table)


if __name__ == "__main__":
    main()
