"""What is refused as a frame, and how."""

import base64

import pytest

from aegis.errors import InvalidImage
from tests.unit.api.api_double import PIXEL, ApiDouble, jpeg_base64


@pytest.mark.parametrize(
    "image",
    [
        "not base64!", "", "    ", "=", "====", "A", "AAAAA", "AA=A", "data:image/png,AAAA",
        "AA_-", PIXEL + "é", "\u0000", "🎥", "data:;base64,", PIXEL + "=AAA",
    ],
)  # fmt: skip
def test_decision_4_what_is_not_base64_is_invalid_image(shared_api: ApiDouble, image: str) -> None:
    answer = shared_api.post("/api/analyze", json={"image": image})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "INVALID_IMAGE")
    assert error["details"] == {
        "field": "image", "received_type": "string", "expected_format": "base64",
    }  # fmt: skip


@pytest.mark.parametrize(
    "data", [b"hello", b"GIF89a", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"\0"]
)
def test_decision_4_what_is_no_picture_is_invalid_image(shared_api: ApiDouble, data: bytes) -> None:
    answer = shared_api.post("/api/analyze", json={"image": base64.b64encode(data).decode()})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_IMAGE")
    assert answer.json()["error"]["details"]["field"] == "image"


def test_decision_4_a_picture_the_decoder_refuses_is_invalid_image() -> None:
    with ApiDouble(InvalidImage("The picture is cut off")) as api:
        answer = api.post("/api/analyze", json={"image": jpeg_base64()})
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "The picture is cut off"
    assert answer.json()["error"]["details"]["expected_format"] == "JPEG or PNG"


BAD_BODIES: dict[str, bytes] = {
    "empty": b"",
    "white space": b"  ",
    "null": b"null",
    "number": b"7",
    "array": b"[]",
    "text": b'"image"',
    "no json": b"{image",
    "cut off": b'{"image": "aGk',
    "two values": b"{} {}",
    "not utf-8": b'{"image": "\xff\xfe"}',
    "utf-16": '{"image": ""}'.encode("utf-16"),
    "byte order mark": b"\xef\xbb\xbf{}",
    "form": b"image=aGVsbG8=",
    "deep": b'{"a":' * 500,
    "missing image": b'{"frame_number": 1}',
    "image null": b'{"image": null}',
    "image number": b'{"image": 7}',
    "image array": b'{"image": ["aGk="]}',
    "image object": b'{"image": {}}',
    "image true": b'{"image": true}',
}
BAD_FIELDS = {
    "frame_number true": '"frame_number": true',
    "frame_number 1.5": '"frame_number": 1.5',
    "frame_number -1": '"frame_number": -1',
    "frame_number 2^63": '"frame_number": 9223372036854775808',
    "frame_number NaN": '"frame_number": NaN',
    "frame_number array": '"frame_number": [1]',
    "timestamp word": '"timestamp": "yesterday"',
    "timestamp empty": '"timestamp": ""',
    "timestamp number": '"timestamp": 1737282600',
    "timestamp digits": '"timestamp": "1737282600"',
    "timestamp month 13": '"timestamp": "2025-13-01T00:00:00Z"',
    "timestamp year 0": '"timestamp": "0000-01-01T00:00:00Z"',
    "timestamp out of range": '"timestamp": "0001-01-01T00:00:00+23:59"',
    "timestamp true": '"timestamp": true',
    "metadata array": '"metadata": []',
    "metadata text": '"metadata": "CAM_01"',
    "camera_id number": '"metadata": {"camera_id": 7}',
    "camera_id NUL": '"metadata": {"camera_id": "\\u0000"}',
    "lone surrogate": '"metadata": {"camera_id": "\\ud800"}',
    "location object": '"metadata": {"location": {}}',
    "metadata NaN": '"metadata": {"x": NaN}',
    "metadata Infinity": '"metadata": {"x": Infinity}',
    "metadata 1e999": '"metadata": {"x": [1e999]}',
    "metadata big integer": '"metadata": {"x": 9223372036854775808}',
    "unknown field NaN": '"x": NaN',
    "unknown field deep": '"x": ' + "[" * 5000 + "]" * 5000,
    "frame_number text": '"frame_number": "7"',
    "frame_number huge": f'"frame_number": {"9" * 5000}',
    "camera_id long": f'"metadata": {{"camera_id": "{"x" * 201}"}}',
    "metadata deep": '"metadata": ' + '{"x":' * 33 + "1" + "}" * 33,
    "metadata many": f'"metadata": {{"x": [{",".join("1" * 1001)}]}}',
    "metadata long": f'"metadata": {{"x": "{"x" * 20_000}"}}',
}


@pytest.mark.parametrize("name", BAD_BODIES)
def test_decision_4_a_bad_body_is_a_validation_error(shared_api: ApiDouble, name: str) -> None:
    answer = shared_api.post("/api/analyze", content=BAD_BODIES[name])
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


@pytest.mark.parametrize("name", BAD_FIELDS)
def test_decision_4_a_bad_field_is_a_validation_error(shared_api: ApiDouble, name: str) -> None:
    body = f'{{"image": "{PIXEL}", {BAD_FIELDS[name]}}}'
    answer = shared_api.post("/api/analyze", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_ERROR")


def test_decision_4_the_error_names_the_field_and_repeats_no_value(api: ApiDouble) -> None:
    answer = api.post("/api/analyze", json={"image": PIXEL, "frame_number": "s3cret"})
    details = answer.json()["error"]["details"]
    assert (details["field"], details["received_type"]) == ("frame_number", "string")
    assert "s3cret" not in answer.text
