"""Bad input: the documented status and envelope, and no process dies."""

import base64
import contextlib
import http.client
import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from websockets import Origin
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from aegis.testing.running_system import RunningSystem
from tests.acceptance.bad_pictures import GOOD_PICTURES
from tests.acceptance.bad_request import BadRequest
from tests.acceptance.bad_requests import bad_requests


@pytest.fixture(scope="module")
def alive_before(system: RunningSystem) -> set[int]:
    return {process.pid for process in system.processes()}


@pytest.mark.parametrize("row", bad_requests(), ids=lambda row: row.name)
def test_bad_input_is_the_documented_error(
    api: httpx.Client, alive_before: set[int], row: BadRequest
) -> None:
    assert alive_before
    headers = {name.encode(): value.encode("latin-1") for name, value in row.headers.items()}
    request = api.build_request(row.method, row.path, content=row.body, headers=headers)
    answer = api.send(request)
    body = answer.json()
    assert (answer.status_code, body["error"]["code"]) == row.expected, answer.text
    assert set(body) == {"error", "timestamp", "request_id"}
    assert set(body["error"]) == {"code", "message", "details"}
    assert answer.headers.get_list("X-Request-ID") == [body["request_id"]]
    for private in ("Traceback", "pydantic", ".py", "/usr", "site-packages"):
        assert private not in body["error"]["message"]


def test_the_table_is_long_and_names_its_rows() -> None:
    names = [row.name for row in bad_requests()]
    assert len(names) == len(set(names)) >= 150


@pytest.mark.parametrize("name", GOOD_PICTURES)
def test_decision_3_an_unusual_picture_decodes(api: httpx.Client, name: str) -> None:
    image = base64.b64encode(GOOD_PICTURES[name]).decode()
    answer = api.post("/api/analyze", json={"image": image})
    assert (answer.status_code, answer.json().get("incident")) == (200, False), answer.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("types=unheard_of", "types"),
        ("types=analysis_result,unheard_of", "types"),
        ("types=", "types"),
        ("severity=extreme", "severity"),
        ("severity=high&severity=HIGH", "severity"),
        ("since=abc", "since"),
        ("since=-1", "since"),
        ("since=1e3", "since"),
        ("since=", "since"),
        ("since=99999999999999999999", "since"),
    ],
)
def test_a_bad_filter_of_a_socket_is_told_and_closed(
    system: RunningSystem, query: str, field: str
) -> None:
    address = system.url.replace("http", "ws") + f"/ws/analysis?{query}"
    with connect(address) as socket:
        message = json.loads(socket.recv(10))
        assert (message["type"], message["data"]["code"]) == ("error", "VALIDATION_ERROR")
        assert message["data"]["details"]["field"] == field
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(10)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://127.0.0.1.evil.example"]
)
def test_a_socket_of_another_origin_is_refused(system: RunningSystem, origin: str) -> None:
    address = system.url.replace("http", "ws") + "/ws/analysis"
    with pytest.raises(InvalidStatus) as refused, connect(address, origin=Origin(origin)):
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("path", ["/ws", "/ws/analysis/x", "/ws/nothing", "/api/stats"])
def test_a_socket_of_another_path_is_refused(system: RunningSystem, path: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(system.url.replace("http", "ws") + path):
        pass
    assert refused.value.response.status_code in {403, 404}


@pytest.mark.parametrize(
    "sent",
    [
        b"\r\n\r\n\r\n",
        b"hello\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: aegis\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: aegis\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: aegis\r\nbad header\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: aegis\r\nX-Long: " + b"x" * 70_000 + b"\r\n\r\n",
        b"POST /api/analyze HTTP/1.1\r\nHost: aegis\r\nContent-Length: -1\r\n\r\n",
        b"POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /api/analyze HTTP/1.1\r\nHost: aegis\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        bytes(2000),
    ],
    ids=lambda sent: ascii(sent[:40]),
)
def test_what_is_no_http_is_refused_or_dropped(system: RunningSystem, sent: bytes) -> None:
    address = urlsplit(system.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as wire:
        head = b""
        with contextlib.suppress(OSError):
            wire.sendall(sent)
            wire.shutdown(socket.SHUT_WR)
            head = wire.recv(100)
    assert head == b"" or head.split(b" ")[1][:1] in {b"2", b"4", b"5"}
    assert b" 200 " not in head or sent.startswith(b"GET")


def test_200_megabytes_are_refused_before_they_are_sent(system: RunningSystem) -> None:
    connection = http.client.HTTPConnection(urlsplit(system.url).netloc, timeout=20)
    with contextlib.closing(connection):
        connection.putrequest("POST", "/api/analyze")
        connection.putheader("Content-Length", str(200 * 2**20))
        connection.endheaders(b'{"image": "')
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.load(answer)["error"]["code"] == "PAYLOAD_TOO_LARGE"


def test_200_megabytes_without_a_length_are_refused_while_read(system: RunningSystem) -> None:
    address = urlsplit(system.url)
    with socket.create_connection((address.hostname or "", address.port or 0), timeout=30) as wire:
        wire.sendall(
            b"POST /api/analyze HTTP/1.1\r\nHost: aegis\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        chunk = b"100000\r\n" + b"A" * 0x100000 + b"\r\n"
        sent = 0
        try:
            while sent < 200:
                wire.sendall(chunk)
                sent += 1
        except OSError:
            pass
        assert sent < 200
        try:
            head = wire.recv(100)
        except ConnectionResetError:
            head = b""
        assert head == b"" or b" 413 " in head


def test_no_process_died(system: RunningSystem, api: httpx.Client, alive_before: set[int]) -> None:
    assert alive_before <= {process.pid for process in system.processes()}
    assert api.get("/health").json()["status"] == "healthy"
