"""An `aegis serve` of one's own, in a child process."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import psutil

from aegis.client.aegis_client import AegisClient
from aegis.ending_signals import ending_signals
from aegis.errors import AegisError, ConfigurationError

_START_TIMEOUT_S = 180.0
_STOP_TIMEOUT_S = 30.0


@contextmanager
def server_process(url: str, settings: Mapping[str, str], log: Path) -> Iterator[int]:
    """A server that answers at `url`; yields its pid, and ends it as by Ctrl-C.

    It ends too when this process gets SIGTERM, or its terminal closes.
    settings: environment variables over this process's own; what the server says goes to `log`.
    Raises ConfigurationError with its last words when it does not become healthy.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    before = {number: signal.signal(number, _leave) for number in ending_signals()}
    with log.open("wb") as output:
        # A session of its own: Ctrl-C reaches this process, which then ends the child.
        child = subprocess.Popen(
            [sys.executable, "-m", "aegis", "serve"],
            env=os.environ | dict(settings),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(url, child, log)
        yield child.pid
    finally:
        _end(child)
        for number, handler in before.items():
            signal.signal(number, handler)


def answers(url: str) -> bool:
    """Whether an Aegis is healthy there."""
    try:
        with AegisClient(url, timeout_s=5) as client:
            return client.health().status == "healthy"
    except AegisError:
        return False


def _leave(number: int, _: FrameType | None) -> NoReturn:
    """Unwind, so that the child is ended."""
    raise SystemExit(128 + number)


def _wait_until_healthy(url: str, child: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < end and child.poll() is None:
        if answers(url):
            return
        time.sleep(0.2)
    said = log.read_text(errors="replace").strip()[-2000:]
    raise ConfigurationError(f"The server did not become healthy; {log} ends with:\n{said}")


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    child.send_signal(signal.SIGINT)
    try:
        child.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        for started in psutil.Process(child.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                started.kill()
        child.kill()
        child.wait()
