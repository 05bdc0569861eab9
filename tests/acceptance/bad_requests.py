"""The table of bad input: what is sent, and what the API answers."""

import json
from collections.abc import Iterator

from tests.acceptance.bad_analyses import bad_analyses
from tests.acceptance.bad_request import IMAGE, INVALID, BadRequest

_UNKNOWN = (404, "INCIDENT_NOT_FOUND")
_NOWHERE = (404, "NOT_FOUND")
_REFUSED = (405, "METHOD_NOT_ALLOWED")


def bad_requests() -> list[BadRequest]:
    """All rows."""
    return [
        *bad_analyses(),
        *_decisions(),
        *_actions(),
        *_holds(),
        *_queries(),
        *_paths(),
        *_methods(),
        *_headers(),
    ]


def _decisions() -> Iterator[BadRequest]:
    path = "/api/incidents/incident_999999/status"
    bodies: dict[str, object] = {
        "nothing": {},
        "unknown status": {"status": "closed"},
        "status in capitals": {"status": "RESOLVED"},
        "status null": {"status": None},
        "status a number": {"status": 1},
        "status a list": {"status": ["resolved"]},
        "notes a number": {"status": "resolved", "notes": 7},
        "notes of 10001 characters": {"status": "resolved", "notes": "x" * 10_001},
        "notes with NUL": {"status": "resolved", "notes": "a\0b"},
        "resolved_by a list": {"status": "resolved", "resolved_by": []},
        "resolved_by of 201 characters": {"status": "resolved", "resolved_by": "x" * 201},
        "a list": ["resolved"],
    }
    for name, body in bodies.items():
        yield BadRequest(f"status: {name}", "POST", path, INVALID, json.dumps(body).encode())
    good = b'{"status": "resolved"}'
    yield BadRequest("status: unknown incident", "POST", path, _UNKNOWN, good)
    path = "/api/incidents/seven/status"
    yield BadRequest("status: malformed incident", "POST", path, _UNKNOWN, good)


def _actions() -> Iterator[BadRequest]:
    path, known = (
        "/api/actions/execute",
        {"action_type": "sound_alarm", "incident_id": "incident_1"},
    )
    bodies: dict[str, object] = {
        "nothing": {},
        "no incident": {"action_type": "sound_alarm"},
        "no action": {"incident_id": "incident_1"},
        "unknown action": known | {"action_type": "open_fire"},
        "a sentence that is none": known | {"action_type": "Alert security personnel!"},
        "action null": known | {"action_type": None},
        "action a list": known | {"action_type": ["sound_alarm"]},
        "incident a number": known | {"incident_id": 1},
        "incident null": known | {"incident_id": None},
        "parameters a list": known | {"parameters": []},
        "parameters a text": known | {"parameters": "urgency=high"},
        "parameters null": known | {"parameters": None},
        "parameters of 1001 values": known | {"parameters": {"x": [0] * 1001}},
        "parameters with NUL": known | {"parameters": {"x": "a\0b"}},
        "a list": [known],
    }
    for name, body in bodies.items():
        yield BadRequest(f"action: {name}", "POST", path, INVALID, json.dumps(body).encode())
    for incident in ("incident_999999", "incident_", "7", "", "../../etc", "incident_7\n", "é"):
        body = json.dumps(known | {"incident_id": incident}).encode()
        yield BadRequest(f"action: incident {incident!r}", "POST", path, _UNKNOWN, body)


def _holds() -> Iterator[BadRequest]:
    path = "/api/incidents/incident_999999/hold"
    yield BadRequest("hold: unknown incident", "POST", path, _UNKNOWN, b"{}")
    yield BadRequest("hold: release of an unknown one", "DELETE", path, _UNKNOWN)
    yield BadRequest("hold: no body", "POST", path, INVALID, b"")
    yield BadRequest("hold: reason a number", "POST", path, INVALID, b'{"reason": 7}')


def _queries() -> Iterator[BadRequest]:
    lists = [
        "limit=0", "limit=1001", "limit=-1", "limit=abc", "limit=1.5", "limit=1e3", "limit=",
        "limit=100000000000000000000", "limit=0x10", "limit=%D9%A3", "limit=1_000", "limit=+5",
        "offset=-1", "offset=abc", "offset=10000000000", "offset=1.0",
        "status=unheard_of", "status=", "status=active,,resolved", "status=ACTIVE", "status=null",
        "severity=extreme", "severity=", "severity=high;low",
        "from_date=yesterday", "from_date=", "from_date=2025-13-01", "from_date=1737282600",
        "to_date=2025-02-30", "to_date=soon", "from_date=2025-01-01&to_date=never",
        "cursor=", "cursor=garbage", "cursor=%00", f"cursor={'x' * 501}", "cursor=bm90IG91cnM",
        f"camera_id={'x' * 201}", "camera_id=a%00b", f"q={'x' * 501}", "q=%00", "type=a%00b",
        "type=" + ",".join("x" * 101),
    ]  # fmt: skip
    for query in lists:
        yield BadRequest(f"query: {query[:40]}", "GET", f"/api/incidents?{query}", INVALID)
    for query in (
        "from_date=2026-02-01&to_date=2026-01-01",
        "from_date=9999-01-01&to_date=0001-01-01",
    ):
        path = f"/api/incidents?{query}"
        yield BadRequest(f"query: {query}", "GET", path, (400, "BAD_REQUEST"))
    cleanups = [
        "days=0", "days=-1", "days=36501", "days=abc", "days=", "days=1.5", "days=null",
        "days=99999999999999999999", "keep_open=perhaps", "keep_open=2", "dry_run=",
        "dry_run=maybe",
    ]  # fmt: skip
    for query in cleanups:
        path = f"/api/incidents/cleanup?{query}"
        yield BadRequest(f"cleanup: {query}", "DELETE", path, INVALID)
    for query in ("tree_size=0", "tree_size=-1", "tree_size=abc", "tree_size=99999999999"):
        yield BadRequest(f"proof: {query}", "GET", f"/api/proof/head?{query}", INVALID)


def _paths() -> Iterator[BadRequest]:
    nowhere = [
        "/nowhere", "/api", "/api/", "/api/incidents/", "/api/analyze/", "/API/incidents",
        "/api/incidents/incident_1/", "/api/incidents/incident_1/status/x", "/api/v1/incidents",
        "/.env", "/.git/config", "/etc/passwd", "/console/nothing", "/docs/assets/nothing.js",
        "/docs/assets/..%2F..%2Fapp.py", "/console/..%2Fsettings.py", "/openapi.yaml", "/metrics",
        "/evidence/", "/evidence/2026-01-01", "/evidence/2026-01-01/incident_999999.jpg",
        "/evidence/2026-01-01/..%2F..%2Fjournal", "/evidence/..%2F..%2Fvar/incident_1.jpg",
        "/evidence/2026-1-1/incident_1.jpg", "/evidence/2026-01-01/incident_1.png",
        "/evidence/2026-01-01/incident_1.jpg%00.png", "/evidence/2026-01-01/incident_.jpg",
        "/%00", "/%ff", "/api/incidents/incident_1%2Fstatus/x", "/api/%69ncident",
    ]  # fmt: skip
    for path in nowhere:
        yield BadRequest(f"path: {path}", "GET", path, _NOWHERE)
    ids = [
        "incident_0", "incident_999999", "incident_", "incident_x", "incident_-1", "incident_1.0",
        "incident_1e3", "incident_%D9%A1", "INCIDENT_1", "1", "incident_1%00", "incident_1%20",
        "incident_99999999999999999999", "%27%20OR%201=1--", "%3Cscript%3E", "null",
    ]  # fmt: skip
    for incident in ids:
        yield BadRequest(f"id: {incident}", "GET", f"/api/incidents/{incident}", _UNKNOWN)
        path = f"/api/incidents/{incident}/evidence.zip"
        yield BadRequest(f"evidence of id: {incident}", "GET", path, _UNKNOWN)


def _methods() -> Iterator[BadRequest]:
    refused = [
        ("POST", "/"), ("DELETE", "/health"), ("PUT", "/livez"), ("GET", "/api/analyze"),
        ("PUT", "/api/analyze"), ("DELETE", "/api/analyze"), ("POST", "/api/incidents"),
        ("PUT", "/api/incidents"), ("DELETE", "/api/incidents"), ("PATCH", "/api/incidents"),
        ("DELETE", "/api/incidents/incident_1"), ("PATCH", "/api/incidents/incident_1"),
        ("GET", "/api/incidents/incident_1/status"), ("GET", "/api/incidents/cleanup"),
        ("POST", "/api/incidents/cleanup"), ("GET", "/api/incidents/incident_1/hold"),
        ("POST", "/api/stats"), ("POST", "/api/agents/stats"), ("GET", "/api/actions/execute"),
        ("POST", "/evidence/2026-01-01/incident_1.jpg"), ("POST", "/docs"),
        ("POST", "/openapi.json"), ("OPTIONS", "/api/incidents"),
    ]  # fmt: skip
    for method, path in refused:
        yield BadRequest(f"method: {method} {path}", method, path, _REFUSED)


def _headers() -> Iterator[BadRequest]:
    body = json.dumps({"image": IMAGE}).encode()
    keys = {
        "empty": "",
        "with a space": "a b",
        "of 256": "x" * 256,
        "with an umlaut": "schl\xfcssel",
    }
    for name, key in keys.items():
        headers = {"Idempotency-Key": key}
        yield BadRequest(f"idempotency key {name}", "POST", "/api/analyze", INVALID, body, headers)
    # Whatever is said of the body's form, it is read as JSON, and this is none.
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain", "\xfc"):
        headers = {"Content-Type": kind}
        yield BadRequest(
            f"content type {kind!a}", "POST", "/api/analyze", INVALID, b"image=x", headers
        )
    # No deadline of the caller's lifts ours or ends the request at once.
    for deadline in ("0", "-1", "nan", "1e9"):
        headers = {"X-Request-Timeout-Seconds": deadline}
        path = "/api/incidents/incident_0"
        yield BadRequest(f"deadline {deadline}", "GET", path, _UNKNOWN, None, headers)
