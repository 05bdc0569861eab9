"""What HAProxy is told beyond Serve's own template: envelopes, time for headers, no secrets.

Serve starts the binary that it is given; this one is a script that completes the configuration
before it hands over. Not reachable by configuration, and so HAProxy's own HTML: the 400 for
what is no HTTP/1.1 at all and the 408 for headers that never end (HAProxy 2.8 answers both
before any rule is read).
"""

import json
import shlex
from pathlib import Path

from aegis.api.exchange import SANE_REQUEST_ID
from aegis.errors import (
    AegisError,
    BadRequest,
    Forbidden,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    RateLimitExceeded,
    RequestTimeout,
    ServiceUnavailable,
)

_HEADERS_WITHIN_S = 10
_MARK = "# completed by Aegis"
_INTERNAL = "Something went wrong inside; the request id finds it in the log"
_UNAVAILABLE = "The request was not answered; try again shortly, with an Idempotency-Key"
_ANSWERS: tuple[tuple[int, type[AegisError], str], ...] = (
    (400, BadRequest, "The request is not valid HTTP"),
    (403, Forbidden, "This is not allowed"),
    (404, NotFound, ""),
    (405, MethodNotAllowed, ""),
    (408, RequestTimeout, ""),
    (413, PayloadTooLarge, ""),
    (429, RateLimitExceeded, ""),
    (500, AegisError, _INTERNAL),
    (502, ServiceUnavailable, _UNAVAILABLE),
    (503, ServiceUnavailable, _UNAVAILABLE),
    (504, ServiceUnavailable, _UNAVAILABLE),
)


def completing_haproxy(
    binary: Path, run_dir: Path, admin_ports: tuple[int, int], peer_header: str
) -> Path:
    """A program to start in place of the binary; its files lie in `run_dir`.

    Metrics and statistics are opened on loopback only; Serve opens them to all.
    peer_header: in which the ingress is told who called; nobody else may know its name.
    """
    defaults, frontend, edits = (run_dir / f"aegis.{it}" for it in ("defaults", "frontend", "sed"))
    defaults.write_text(haproxy_defaults())
    frontend.write_text(haproxy_frontend(peer_header))
    ports = "|".join(map(str, admin_ports))
    status = "http-request return status 404"
    not_found = _escape(f"{status} {envelope_of(NotFound())}")
    edits.write_text(
        f"s/^( *bind )[*]?:({ports})$/\\1127.0.0.1:\\2/\n"
        "/^ *errorfile 50[0-9] /d\n"
        # The default line has the query, which may hold a key.
        's/^ *option httplog$/    log-format "%HM %ST %Ta %[var(txn.aegis_id)]"/\n'
        f"s~^ *{status} content-type text/plain.*$~    {not_found}~\n"
        f"/^defaults$/r {defaults}\n"
        f"/^frontend http_frontend$/r {frontend}\n"
        f"1i{_MARK}\n"
    )
    script = run_dir / "haproxy"
    script.write_text(
        "#!/bin/sh\n"
        'for argument in "$@"; do case "$argument" in *.cfg)\n'
        f'  grep -q {shlex.quote("^" + _MARK)} "$argument" ||\n'
        f'    sed -i -E -f {shlex.quote(str(edits))} "$argument";;\n'
        "esac; done\n"
        f'exec {shlex.quote(str(binary))} "$@"\n'
    )
    script.chmod(0o700)
    return script


def haproxy_defaults() -> str:
    """Lines of the section `defaults`: every answer that HAProxy makes itself, as an envelope."""
    lines = [f"timeout http-request {_HEADERS_WITHIN_S}s"]
    lines += [
        f"http-error status {status} {envelope_of(kind(message))}"
        for status, kind, message in _ANSWERS
    ]
    return "".join(f"    {line}\n" for line in lines)


def haproxy_frontend(peer_header: str) -> str:
    """Lines of the frontend: one request id for all layers, who calls, 503 for a lost answer."""
    lines = (
        "http-request set-var-fmt(txn.aegis_id) req_%[uuid]",
        "http-request set-var(txn.aegis_id) req.hdr(x-request-id) "
        f"if {{ req.hdr(x-request-id) -m reg ^{SANE_REQUEST_ID.pattern}$ }}",
        "http-request set-header x-request-id %[var(txn.aegis_id)]",
        f"http-request set-header {peer_header} %[src]",
        "http-after-response set-status 503 if { status 502 504 }",
    )
    return "".join(f"    {line}\n" for line in lines)


def envelope_of(error: AegisError) -> str:
    """The rest of an `http-error` or `return` rule whose answer is this error."""
    body = {
        "error": {"code": error.code, "message": error.message, "details": {}},
        "timestamp": "%[date,utime(%Y-%m-%dT%H:%M:%SZ)]",
        "request_id": "%[var(txn.aegis_id)]",
    }
    rule = f"content-type application/json lf-string '{json.dumps(body, separators=(',', ':'))}'"
    rule += ' hdr X-Request-ID "%[var(txn.aegis_id)]"'
    return rule + " hdr Retry-After 1" * isinstance(error, ServiceUnavailable)


def _escape(replacement: str) -> str:
    """For the right side of sed's `s~~~`."""
    return replacement.replace("\\", "\\\\").replace("&", "\\&")
