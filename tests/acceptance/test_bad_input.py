"""Bad input: the documented status and envelope, and no process dies."""

import base64
import contextlib
import http.client
import json
import socket
import struct
import zlib
from urllib.parse import urlsplit

import httpx
import pytest

from aegis.testing.running_system import RunningSystem


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _png_with_short_idat() -> bytes:
    """A valid header that promises 100 x 100 pixels, and pixel data for none of them."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    )


def _jpeg_header_of_65500_pixels() -> bytes:
    size = struct.pack(">HH", 65500, 65500)
    frame = b"\xff\xc0\x00\x11\x08" + size + b"\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01"
    return (
        b"\xff\xd8"
        + frame
        + b"\xff\xda\x00\x0c\x03\x01\x00\x02\x11\x03\x11\x00\x3f\x00"
        + bytes(45_000)
    )


IMAGES = {
    "not base64": "not base64!",
    "empty": "",
    "not an image": _b64(b"hello world, this is no image"),
    "hostile png": _b64(_png_with_short_idat()),
    "65500 pixel jpeg": _b64(_jpeg_header_of_65500_pixels()),
    "jpeg magic only": _b64(b"\xff\xd8\xff"),
}
BODIES = {
    "no body": b"",
    "not json": b"{image",
    "not an object": b"[1, 2]",
    "missing image": b'{"frame_number": 1}',
    "image is a number": b'{"image": 7}',
    "frame_number is text": b'{"image": "aGVsbG8=", "frame_number": "7"}',
    "frame_number is true": b'{"image": "aGVsbG8=", "frame_number": true}',
    "frame_number is NaN": b'{"image": "aGVsbG8=", "frame_number": NaN}',
    "metadata has Infinity": b'{"image": "aGVsbG8=", "metadata": {"x": Infinity}}',
    "metadata is a list": b'{"image": "aGVsbG8=", "metadata": []}',
    "timestamp is no time": b'{"image": "aGVsbG8=", "timestamp": "yesterday"}',
    "lone surrogate": b'{"image": "aGVsbG8=", "metadata": {"camera_id": "\\ud800"}}',
}


@pytest.mark.parametrize("name", IMAGES)
def test_a_bad_image_is_invalid_image(api: httpx.Client, name: str) -> None:
    answer = api.post("/api/analyze", json={"image": IMAGES[name]})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_IMAGE")


def test_a_truncated_jpeg_is_invalid_image(api: httpx.Client, noise_jpeg: bytes) -> None:
    answer = api.post("/api/analyze", json={"image": _b64(noise_jpeg[: len(noise_jpeg) // 2])})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_IMAGE")


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_a_validation_error(api: httpx.Client, name: str) -> None:
    answer = api.post("/api/analyze", content=BODIES[name])
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/incidents/incident_0", 404, "INCIDENT_NOT_FOUND"),
        ("GET", "/api/incidents/..%2F..%2Fetc", 404, None),
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("PUT", "/api/incidents", 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/api/incidents?limit=0", 422, "VALIDATION_ERROR"),
        ("GET", "/api/incidents?status=unheard_of", 422, "VALIDATION_ERROR"),
        ("GET", "/api/incidents?from_date=2026-02-01&to_date=2026-01-01", 400, None),
        ("GET", "/evidence/2026-01-01/..%2F..%2Fjournal", 404, None),
        ("DELETE", "/api/incidents/cleanup?days=0", 422, "VALIDATION_ERROR"),
    ],
)
def test_a_bad_address_is_an_envelope(
    api: httpx.Client, method: str, path: str, status: int, code: str | None
) -> None:
    answer = api.request(method, path)
    body = answer.json()
    assert answer.status_code == status
    assert set(body) == {"error", "timestamp", "request_id"}
    assert code is None or body["error"]["code"] == code


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


def test_no_process_died(system: RunningSystem, api: httpx.Client) -> None:
    before = {process.pid for process in system.processes()}
    for image in IMAGES.values():
        api.post("/api/analyze", json={"image": image})
    assert before <= {process.pid for process in system.processes()}
    assert api.get("/health").json()["status"] == "healthy"
