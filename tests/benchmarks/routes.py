"""Requests a second of three routes, beside three other ways to serve them, in one run.

`python -m tests.benchmarks.routes [--seconds 6] [--callers 16]`. LitServe comes with the dependency
group `bench`.
"""

import argparse
import base64
import io
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from rich.console import Console
from rich.table import Table

from aegis.testing.running_system import running_system
from tests.benchmarks.http_load import requests_a_second
from tests.benchmarks.peer_server import peer_server

_ROUTES = (("GET", "/livez"), ("POST", "/api/analyze"), ("GET", "/api/incidents"))
_LITSERVE = (("POST", "/noop"), ("POST", "/api/analyze"))
_START_TIMEOUT_S = 60.0
_BARE = "bare uvicorn, one process"


@contextmanager
def _aegis(folder: Path) -> Iterator[str]:
    with running_system(folder, {"AEGIS_REQUESTS_PER_MINUTE": "100000000"}) as system:
        yield system.url.removeprefix("http://")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--callers", type=int, default=16)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "frame.json"
        body.write_bytes(_frame())
        servers = {
            "aegis": (_aegis(folder / "a"), _ROUTES),
            _BARE: (peer_server("tests.benchmarks.one_process", str(folder / "b")), _ROUTES),
            "Serve's default proxy": (
                peer_server("tests.benchmarks.default_proxy", str(folder / "c")),
                _ROUTES,
            ),
            "LitServe": (peer_server("tests.benchmarks.litserve_peer"), _LITSERVE),
        }
        figures = {}
        for server, (running, routes) in servers.items():
            with running as netloc:
                _warm_up(netloc, routes, body)
                figures[server] = [
                    requests_a_second(netloc, route, body, options.seconds, options.callers)
                    for route in routes
                ]
    _show(figures, options.callers)


def _warm_up(netloc: str, routes: tuple[tuple[str, str], ...], body: Path) -> None:
    """Only when the application stands behind the port, not just a proxy."""
    end = time.monotonic() + _START_TIMEOUT_S
    while not _answers(netloc, routes[-1], body) and time.monotonic() < end:
        time.sleep(0.5)
    for route in routes:
        requests_a_second(netloc, route, body, 1.0, 4)


def _answers(netloc: str, route: tuple[str, str], body: Path) -> bool:
    method, path = route
    sent = {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"http://{netloc}{path}", body.read_bytes() if method == "POST" else None, sent
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _frame() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 36), (90, 90, 90)).save(buffer, "JPEG")
    return json.dumps({"image": base64.b64encode(buffer.getvalue()).decode()}).encode()


def _show(figures: dict[str, list[float]], callers: int) -> None:
    table = Table("server", "nothing to do", "/api/analyze, tiny", "/api/incidents")
    bare = figures[_BARE]
    for server, rates in figures.items():
        cells = [f"{rate:.0f} ({rate / of:.2f})" for rate, of in zip(rates, bare, strict=False)]
        table.add_row(server, *cells, *["-"] * (len(bare) - len(cells)))
    Console().print(table)
    Console().print(f"Requests a second of {callers} callers (ratio to {_BARE}).")


if __name__ == "__main__":
    main()
