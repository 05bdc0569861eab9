"""A server that does not come up is told with its own last words, and nothing is left behind."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest

from aegis.client.server_process import answers, server_process
from aegis.errors import ConfigurationError
from aegis.testing.running_system import free_ports


def test_a_server_that_refuses_to_start_says_why(tmp_path: Path) -> None:
    log = tmp_path / "demo" / "serve.log"
    with (
        pytest.raises(ConfigurationError, match=r"(?s)did not become healthy.*port"),
        server_process("http://127.0.0.1:1", {"AEGIS_PORT": "many"}, log),
    ):
        pytest.fail("there is no server")
    assert "port" in log.read_text()


def test_a_terminal_that_closes_ends_the_server_too(tmp_path: Path) -> None:
    port, dashboard = free_ports(2)
    settings = {
        "AEGIS_PORT": str(port),
        "AEGIS_DASHBOARD_PORT": str(dashboard),
        "AEGIS_DATA_DIR": str(tmp_path),
    }
    hang_up = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGHUP))
    before, handler = psutil.Process().children(), signal.getsignal(signal.SIGHUP)
    hang_up.start()
    with (
        pytest.raises(SystemExit),
        server_process(f"http://127.0.0.1:{port}", settings, tmp_path / "serve.log"),
    ):
        time.sleep(60)
    assert set(psutil.Process().children()) <= set(before)
    assert signal.getsignal(signal.SIGHUP) is handler


def test_nobody_answers_on_a_free_port() -> None:
    (port,) = free_ports(1)
    assert not answers(f"http://127.0.0.1:{port}")
