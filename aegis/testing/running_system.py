"""The whole system in processes of its own, for tests and benchmarks."""

import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from aegis.client.server_process import server_process


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
    data_dir: Path, settings: Mapping[str, str] | None = None
) -> Iterator[RunningSystem]:
    """`aegis serve` on free ports of this machine, healthy; ended as by Ctrl-C on leaving.

    settings: environment variables, e.g. `AEGIS_INGRESS_REPLICAS`. What the processes say goes
    to `serve.log` in the data directory. Raises ConfigurationError with the end of that log
    when the system does not become healthy.
    """
    port, dashboard_port = free_ports(2)
    url = f"http://127.0.0.1:{port}"
    environment = {
        **(settings or {}),
        "AEGIS_PORT": str(port),
        "AEGIS_DASHBOARD_PORT": str(dashboard_port),
        "AEGIS_DATA_DIR": str(data_dir),
    }
    with server_process(url, environment, data_dir / "serve.log") as pid:
        yield RunningSystem(url, data_dir, pid)


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody listens on."""
    probes = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    try:
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()
