"""Bad input for `/api/analyze`: pictures, texts in their place, bodies and fields."""

import base64
import json
from collections.abc import Iterator

from tests.acceptance.bad_pictures import BAD_PICTURES, GOOD_JPEG
from tests.acceptance.bad_request import IMAGE, INVALID, BadRequest

_NO_IMAGE = (400, "INVALID_IMAGE")


def bad_analyses() -> list[BadRequest]:
    """All rows of this route."""
    return [*_pictures(), *_image_texts(), *_analyze_bodies(), *_analyze_fields()]


def _pictures() -> Iterator[BadRequest]:
    for name, picture in BAD_PICTURES.items():
        body = json.dumps({"image": base64.b64encode(picture).decode()}).encode()
        yield BadRequest(f"picture: {name}", "POST", "/api/analyze", _NO_IMAGE, body)


def _image_texts() -> Iterator[BadRequest]:
    texts = {
        "empty": "",
        "blank": " \r\n\t ",
        "not base64": "not base64!",
        "padding only": "====",
        "padding inside": "QUJD=QUJD",
        "one character": "A",
        "url alphabet": "__--" * 8,
        "umlauts": "ÄÖÜß" * 4,
        "hexadecimal with a prefix": "0xffd8ffe0",
        "data prefix alone": "data:image/png;base64,",
        "data prefix without base64": "data:image/png,iVBORw0KGgo",
        "data prefix twice": f"data:image/jpeg;base64,data:image/jpeg;base64,{IMAGE}",
        "data prefix of 300 characters": f"data:{'x' * 300};base64,{IMAGE}",
        "an address": "https://example.com/frame.jpg",
        "a file": "file:///etc/passwd",
        "comma separated": f"{IMAGE},{IMAGE}",
    }
    for name, text in texts.items():
        body = json.dumps({"image": text}).encode()
        yield BadRequest(f"image text: {name}", "POST", "/api/analyze", _NO_IMAGE, body)


def _analyze_bodies() -> Iterator[BadRequest]:
    bodies = {
        "none": b"",
        "blank": b"   ",
        "null": b"null",
        "true": b"true",
        "a number": b"7",
        "a text": b'"image"',
        "a list": b"[1, 2]",
        "an empty object": b"{}",
        "not json": b"{image",
        "cut": b'{"image": "aGVs',
        "two objects": b'{"image": "aGVsbG8="} {}',
        "a comma too many": b'{"image": "aGVsbG8=",}',
        "single quotes": b"{'image': 'aGVsbG8='}",
        "a comment": b'{"image": "aGVsbG8=" /* frame */}',
        "unquoted name": b'{image: "aGVsbG8="}',
        "byte order mark": b'\xef\xbb\xbf{"image": "aGVsbG8="}',
        "utf-16": '{"image": "aGVsbG8="}'.encode("utf-16"),
        "no utf-8": b'{"image": "\xff\xfe"}',
        "a control character": b'{"image": "a\x00b"}',
        "lone surrogate": b'{"image": "aGVsbG8=", "metadata": {"camera_id": "\\ud800"}}',
        "deep": b'{"a":' * 500,
        "deep list": b"[" * 5000,
        "a form": b"image=aGVsbG8%3D&frame_number=1",
        "multipart": b'--x\r\nContent-Disposition: form-data; name="image"\r\n\r\nabc\r\n--x--\r\n',
        "xml": b"<image>aGVsbG8=</image>",
        "yaml": b"image: aGVsbG8=\n",
        "bytes of a jpeg": GOOD_JPEG,
    }
    for name, body in bodies.items():
        yield BadRequest(f"body: {name}", "POST", "/api/analyze", INVALID, body)
    large = b'{"image": "' + b"A" * (17 * 2**20) + b'"}'
    expected = (413, "PAYLOAD_TOO_LARGE")
    yield BadRequest("body: 17 megabytes", "POST", "/api/analyze", expected, large)


def _analyze_fields() -> Iterator[BadRequest]:
    fields = {
        "no image": '"frame_number": 1',
        "image null": '"image": null',
        "image a number": '"image": 7',
        "image true": '"image": true',
        "image a list": '"image": ["aGVsbG8="]',
        "image an object": '"image": {"data": "aGVsbG8="}',
        "misspelt": '"Image": "aGVsbG8="',
    }
    numbers = {
        "text": '"7"', "true": "true", "negative": "-1", "fraction": "1.5", "2^63": str(2**63),
        "NaN": "NaN", "Infinity": "Infinity", "1e999": "1e999", "5000 digits": "9" * 5000,
        "a list": "[1]", "an object": "{}", "leading zero": "007", "hexadecimal": "0x10",
    }  # fmt: skip
    moments = {
        "a word": '"yesterday"', "empty": '""', "a number": "1737282600", "a list": "[]",
        "month 13": '"2025-13-01T00:00:00Z"', "30 February": '"2025-02-30T00:00:00Z"',
        "hour 25": '"2025-01-19T25:00:00Z"', "second 61": '"2025-01-19T10:30:61Z"',
        "year 0": '"0000-01-01T00:00:00Z"', "the first year": '"0001-01-01T00:00:00Z"',
        "the last year": '"9999-12-31T23:59:59Z"',
        "zone of 25 hours": '"2025-01-19T10:30:00+25:00"',
        "two times": '"2025-01-19T10:30:00Z/2025-01-19T10:31:00Z"', "NUL": '"2025-01-19\\u0000"',
        "american": '"01/19/2025 10:30"', "epoch as text": '"1737282600"',
    }  # fmt: skip
    metadata = {
        "a text": '"CAM_01"', "a number": "7", "a list": "[]", "true": "true",
        "camera a number": '{"camera_id": 7}', "camera a list": '{"camera_id": ["CAM_01"]}',
        "camera of 201 characters": json.dumps({"camera_id": "x" * 201}),
        "camera with NUL": '{"camera_id": "a\\u0000b"}', "location an object": '{"location": {}}',
        "location of 201 characters": json.dumps({"location": "x" * 201}),
        "Infinity": '{"x": Infinity}', "1e999": '{"x": 1e999}', "2^64": f'{{"x": {2**64}}}',
        "33 deep": '{"x":' * 33 + "1" + "}" * 33, "1001 values": json.dumps({"x": [0] * 1001}),
        "20000 characters": json.dumps({"x": "y" * 20_000}), "NUL in a name": '{"a\\u0000b": 1}',
        "lone surrogate in a name": '{"\\udfff": 1}',
    }  # fmt: skip
    image = '"image": "aGVsbG8=", '
    fields |= {
        f"frame_number {name}": f'{image}"frame_number": {it}' for name, it in numbers.items()
    }
    fields |= {f"timestamp {name}": f'{image}"timestamp": {it}' for name, it in moments.items()}
    fields |= {f"metadata {name}": f'{image}"metadata": {it}' for name, it in metadata.items()}
    for name, text in fields.items():
        yield BadRequest(f"field: {name}", "POST", "/api/analyze", INVALID, f"{{{text}}}".encode())
