"""A server to compare with, in a process of its own."""

import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from aegis.testing.running_system import free_ports

_START_TIMEOUT_S = 180.0


@contextmanager
def peer_server(module: str, *arguments: str) -> Iterator[str]:
    """`python -m MODULE PORT ARGUMENTS...`; yields its host and port, and ends it at once after.

    Raises RuntimeError with its last words when nothing listens there.
    """
    (port,) = free_ports(1)
    with tempfile.TemporaryFile("w+") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", module, str(port), *arguments],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            if not _listens(port, server):
                log.seek(0)
                raise RuntimeError(f"{module} does not listen:\n{log.read()[-2000:]}")
            yield f"127.0.0.1:{port}"
        finally:
            _kill(server)


def _listens(port: int, server: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < end and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.2)
    return False


def _kill(server: subprocess.Popen[bytes]) -> None:
    """It has nothing to lose, and would wait for its sockets."""
    family = [psutil.Process(server.pid)] if server.poll() is None else []
    family += [child for it in family for child in it.children(recursive=True)]
    for process in family:
        process.kill()
    psutil.wait_procs(family, timeout=30)
    server.wait(30)
