"""The real API over doubles, on a free port of this machine."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import uvicorn
from structlog.testing import capture_logs

from aegis.api.app import create_app
from aegis.ports import Runtime
from aegis.settings import Settings
from aegis.testing.running_system import free_ports
from tests.integration.cli.scripted_verdicts import Verdicts, make_verdicts


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    for name in ("API_KEY", "AEGIS_API_KEY", "AEGIS_URL", "AEGIS_PORT", "AEGIS_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("AEGIS_DATA_DIR", str(tmp_path_factory.mktemp("var")))
    monkeypatch.chdir(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(runtime: Runtime, settings: Settings | None = None) -> str:
        (port,) = free_ports(1)
        app = create_app(runtime, settings or Settings(requests_per_minute=100_000))
        config = uvicorn.Config(app, port=port, log_level="critical", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        servers.append((server, thread))
        while not server.started:
            time.sleep(0.005)
        return f"http://127.0.0.1:{port}"

    # The server shares this process's output, where only the command's belongs.
    with capture_logs():
        yield start
    for server, thread in servers:
        server.should_exit = True
        thread.join(5)


@pytest.fixture
def verdicts() -> Verdicts:
    return make_verdicts()
