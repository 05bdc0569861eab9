"""Events to many sockets, ours beside a bare Starlette broadcast, and a stalled reader's harm.

`python -m tests.benchmarks.streams [--sockets 1000] [--rate 20] [--seconds 15]`. Every event is one
analysed frame, sent over HTTP; the listeners are a process of their own on the same machine.
"""

import argparse
import base64
import io
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from aegis.testing.running_system import running_system
from tests.benchmarks.peer_server import peer_server
from tests.benchmarks.socket_crowd import Heard

_NO_LIMIT = {"AEGIS_REQUESTS_PER_MINUTE": "1000000", "AEGIS_SOCKETS_PER_CALLER": "100000"}
_STALLED_MS = 250.0
_STALLED_RATE = 100.0
_GOOD = 50
_DROPPED = 1013


def measure(
    address: str, publish: urllib.request.Request, options: argparse.Namespace, sockets: int
) -> Heard:
    """Open the crowd at `address`, publish at the rate asked for, and say what it heard."""
    events = round(options.rate * options.seconds)
    crowd = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.socket_crowd", address, str(sockets), str(events)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with crowd:
        if crowd.stdout is None or crowd.stdout.readline().strip() != "ready":
            raise RuntimeError("the listeners could not connect")
        start = time.perf_counter()
        for number in range(events):
            time.sleep(max(0.0, start + number / options.rate - time.perf_counter()))
            with urllib.request.urlopen(publish, timeout=60) as answer:
                answer.read()
        return Heard(**json.loads(crowd.stdout.read()))


def measure_beside_a_stalled_reader(netloc: str, options: argparse.Namespace) -> tuple[Heard, int]:
    """50 good sockets beside one that does not read, and the code that one was closed with.

    Its buffers are kept small, so that it stands in the server's way as soon as can be.
    """
    address = f"ws://{netloc}/ws/analysis"
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    host, port = netloc.split(":")
    raw.connect((host, int(port)))
    with connect(address, sock=raw, max_queue=1, compression=None) as stalled:
        heard = measure(address, _frame(netloc), options, _GOOD)
        try:
            while True:
                stalled.recv(timeout=30)
        except ConnectionClosed as closed:
            return heard, closed.rcvd.code if closed.rcvd else 1006
        except TimeoutError:
            return heard, 0


def _frame(netloc: str) -> urllib.request.Request:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (90, 90, 90)).save(buffer, "JPEG")
    body = {"image": base64.b64encode(buffer.getvalue()).decode()}
    return urllib.request.Request(f"http://{netloc}/api/analyze", json.dumps(body).encode())


def _row(table: Table, name: str, heard: Heard, peer: Heard | None, limit: str) -> None:
    ratio = f"{heard.p99_ms / peer.p99_ms:.1f}" if peer else ""
    delivered = f"{heard.delivered} of {heard.expected}"
    order = "all" if not heard.disordered else f"{heard.disordered} sockets not"
    times = f"{heard.p50_ms:.0f}", f"{heard.p99_ms:.0f}"
    table.add_row(name, str(heard.sockets), delivered, order, *times, ratio, limit)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--rate", type=float, default=20.0, help="events a second")
    parser.add_argument("--seconds", type=float, default=15.0)
    options = parser.parse_args()
    with peer_server("tests.benchmarks.bare_broadcast") as netloc:
        publish = urllib.request.Request(f"http://{netloc}/publish", b"{}")
        bare = measure(f"ws://{netloc}/ws/analysis", publish, options, options.sockets)
    with (
        tempfile.TemporaryDirectory() as folder,
        running_system(Path(folder), _NO_LIMIT) as system,
    ):
        netloc = system.url.removeprefix("http://")
        ours = measure(f"ws://{netloc}/ws/analysis", _frame(netloc), options, options.sockets)
        options.rate = _STALLED_RATE
        beside, code = measure_beside_a_stalled_reader(netloc, options)
    table = Table(
        "server", "sockets", "delivered", "in order", "p50 ms", "p99 ms", "ratio", "limit"
    )
    _row(table, "bare Starlette broadcast", bare, None, "")
    _row(table, "aegis", ours, bare, "all delivered")
    name = f"aegis beside a stalled reader, {_STALLED_RATE:.0f} events/s"
    _row(table, name, beside, None, f"p99 {_STALLED_MS:.0f} ms")
    Console().print(table)
    fate = "was dropped with 1013" if code == _DROPPED else f"was not dropped (code {code})"
    Console().print(f"The stalled reader {fate}.")


if __name__ == "__main__":
    main()
