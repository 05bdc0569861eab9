"""A server that does not come up is told with its own last words, and nothing is left behind."""

from pathlib import Path

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


def test_nobody_answers_on_a_free_port() -> None:
    (port,) = free_ports(1)
    assert not answers(f"http://127.0.0.1:{port}")
