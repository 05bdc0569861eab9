"""Who can reach what, from outside this machine and without the token."""

import json
import stat
import time

import httpx
import psutil

from aegis.testing.running_system import RunningSystem
from deployments.local_cluster import TOKEN_FILE
from tests.acceptance.written_logs import lines_with


def test_only_replicas_listen_beyond_loopback(system: RunningSystem) -> None:
    open_to_all = {
        _name(process)
        for process in system.processes()
        for listener in _listeners(process)
        if not _is_loopback(listener)
    }
    assert {name for name in open_to_all if not name.startswith("ray::ServeReplica")} == set()


def test_decision_25_a_caller_cannot_choose_its_address(system: RunningSystem) -> None:
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Request-ID": "pretender"}
    httpx.get(f"{system.url}/api/health", headers=headers).raise_for_status()
    time.sleep(1)
    (line,) = [line for _, line in lines_with(system, "pretender") if "caller" in line]
    assert json.loads(line)["caller"] == "address:127.0.0.1"


def test_the_token_is_its_owners_alone(system: RunningSystem) -> None:
    mode = (system.data_dir / TOKEN_FILE).stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def _listeners(process: psutil.Process) -> list[str]:
    try:
        connections = process.net_connections("tcp")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return []
    return [it.laddr.ip for it in connections if it.status == psutil.CONN_LISTEN]


def _is_loopback(address: str) -> bool:
    plain = address.removeprefix("::ffff:")
    return plain == "::1" or plain.startswith("127.")


def _name(process: psutil.Process) -> str:
    return " ".join(process.cmdline()[:1])
