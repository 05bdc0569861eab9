"""The whole system in processes of its own, for tests, benchmarks and demonstrations."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class RunningSystem:
    """An Aegis that answers at `url`; `pid` is its launcher's."""

    url: str
    data_dir: Path
    pid: int

    def processes(self) -> list[psutil.Process]:
        """The launcher and everything it started that is still there."""
        try:
            launcher = psutil.Process(self.pid)
            return [launcher, *launcher.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def running_system(
    data_dir: Path, settings: Mapping[str, str] | None = None, start_timeout_s: float = 180
) -> Iterator[RunningSystem]:
    """`aegis serve` on a free port of this machine, healthy; ended as by Ctrl-C on leaving.

    settings: environment variables, e.g. `AEGIS_INGRESS_REPLICAS`. The output of the processes
    goes to `serve.log` in the data directory. Raises RuntimeError with the end of that log when
    the system does not become healthy.
    """
    port, dashboard_port = free_ports(2)
    environment = os.environ | {
        "AEGIS_PORT": str(port),
        "AEGIS_DASHBOARD_PORT": str(dashboard_port),
        "AEGIS_DATA_DIR": str(data_dir),
        **(settings or {}),
    }
    data_dir.mkdir(parents=True, exist_ok=True)
    log = data_dir / "serve.log"
    with log.open("ab") as output:
        launcher = subprocess.Popen(
            [sys.executable, "-m", "aegis", "serve"],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, launcher, log, start_timeout_s)
        yield RunningSystem(url, data_dir, launcher.pid)
    finally:
        _end(launcher)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _wait_until_healthy(
    url: str, launcher: subprocess.Popen[bytes], log: Path, timeout_s: float
) -> None:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end and launcher.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
                if json.load(answer)["status"] == "healthy":
                    return
        except (OSError, ValueError, KeyError):
            time.sleep(0.1)
    said = log.read_text(errors="replace")[-4000:]
    raise RuntimeError(f"Aegis did not become healthy; it said:\n{said}")


def _end(launcher: subprocess.Popen[bytes]) -> None:
    started = [launcher.pid, *_descendants(launcher.pid)]
    if launcher.poll() is None:
        launcher.send_signal(signal.SIGINT)
    try:
        launcher.wait(30)
    except subprocess.TimeoutExpired:
        _kill(started)
        launcher.wait(10)


def _descendants(pid: int) -> list[int]:
    try:
        return [child.pid for child in psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _kill(pids: list[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
