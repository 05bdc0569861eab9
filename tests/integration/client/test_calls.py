"""Every route of the contract has a call, and both clients have a method for each."""

import inspect
import re
from collections.abc import Iterator

from aegis.api.access import ROUTE_SCOPES
from aegis.client import calls
from aegis.client.aegis_client import AegisClient
from aegis.client.async_aegis_client import AsyncAegisClient
from aegis.client.call import Call
from aegis.client.call_method import AsyncCallMethod, CallMethod

ALIASES = {"GET /api/health"}
SAMPLES = {
    "image": b"picture",
    "incident_id": "incident_1",
    "status": "resolved",
    "question": "SELECT 1",
    "policy": "version: 1",
    "first_day": "2025-01-18",
    "last_day": "2025-01-19",
    "rule": "loitering",
    "number": 3,
    "action_type": "sound_alarm",
    "evidence_path": "/evidence/2025-01-19/incident_1.jpg",
}


def _builders() -> dict[str, object]:
    found = vars(calls).items()
    return {
        name: it
        for name, it in found
        if inspect.isfunction(it) and it.__module__ == calls.__name__ and name[0] != "_"
    }


def _all_calls() -> Iterator[Call[object]]:
    for build in _builders().values():
        assert callable(build)
        needed = [
            name
            for name, it in inspect.signature(build).parameters.items()
            if it.default is inspect.Parameter.empty
        ]
        yield build(**{name: SAMPLES[name] for name in needed})


def test_every_route_has_a_call() -> None:
    asked = [f"{call.method} {call.path}" for call in _all_calls()]
    http = [it for it in ROUTE_SCOPES if not it.startswith("WEBSOCKET ") and it not in ALIASES]
    patterns = {it: re.sub(r"\\{\w+\\}", "[^/]+", re.escape(it)) for it in http}
    missing = [it for it in http if not any(re.fullmatch(patterns[it], one) for one in asked)]
    assert missing == [], "add a function to aegis/client/calls.py, a method to both clients"


def test_both_clients_have_a_method_for_each_call() -> None:
    names = set(_builders())
    for client, kind in ((AegisClient, CallMethod), (AsyncAegisClient, AsyncCallMethod)):
        methods = {name for name, it in vars(client).items() if isinstance(it, kind)}
        assert methods == names


def test_what_changes_something_is_safe_to_send_twice() -> None:
    for call in _all_calls():
        if call.method == "POST":
            assert call.idempotency_key
            assert call.is_safe_twice
