"""`/asyncapi.json`: the stream as programs read about it."""

import json
import re
from typing import Any

import jsonschema
import pytest

from aegis.api.asyncapi import CLOSE_CODES
from aegis.api.routes import stream
from aegis.api.stream_message import StreamFilter
from aegis.api.stream_schemas import STREAM_EVENT
from aegis.domain.event import EventType
from tests.unit.api.api_double import PIXEL, ApiDouble, SocketDouble, threat


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with ApiDouble(api_key="correct-horse") as api:
        answer = api.get("/asyncapi.json")
    assert answer.status_code == 200, "open without a key"
    said: dict[str, Any] = answer.json()
    return said


def _resolve(document: dict[str, Any], reference: str) -> dict[str, Any]:
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    assert isinstance(found, dict)
    return _resolve(document, found["$ref"]) if "$ref" in found else found


def test_it_is_asyncapi_3_and_its_references_resolve(document: dict[str, Any]) -> None:
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(document)):
        assert _resolve(document, reference)


def test_every_type_of_event_is_a_message_of_the_channel_and_of_the_operation(
    document: dict[str, Any],
) -> None:
    channel, operation = document["channels"]["analysis"], document["operations"]["pushEvents"]
    assert channel["address"] == "/ws/analysis"
    assert operation["action"] == "send"
    assert set(channel["messages"]) == {it.value for it in EventType}
    told = {_resolve(document, it["$ref"])["name"] for it in operation["messages"]}
    assert told == set(channel["messages"])


def test_filters_are_described(document: dict[str, Any]) -> None:
    query = document["channels"]["analysis"]["bindings"]["ws"]["query"]["properties"]
    assert set(query) == {*StreamFilter.model_fields, "api_key"}
    assert all(it["description"] for it in query.values())


def test_close_codes_are_described(document: dict[str, Any]) -> None:
    told = document["channels"]["analysis"]["x-close-codes"]
    ours = {it for name, it in vars(stream).items() if name.isupper() and isinstance(it, int)}
    assert {str(it) for it in ours} <= set(told)
    assert all(told.values())
    assert set(CLOSE_CODES) == {int(code) for code in told}


def test_a_system_with_keys_names_the_three_ways_to_send_one(document: dict[str, Any]) -> None:
    schemes = [_resolve(document, it["$ref"]) for it in document["servers"]["here"]["security"]]
    assert [it["name"] for it in schemes] == ["X-API-Key", "Sec-WebSocket-Protocol", "api_key"]
    with ApiDouble() as api:
        assert "security" not in api.get("/asyncapi.json").json()["servers"]["here"]


def _payload_schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    payload: dict[str, Any] = document["components"]["messages"][name]["payload"]
    return payload | {"components": document["components"]}


@pytest.mark.parametrize("name", list(EventType))
def test_examples_are_what_the_schema_and_the_client_accept(
    document: dict[str, Any], name: str
) -> None:
    (example,) = document["components"]["messages"][name]["examples"]
    jsonschema.validate(example["payload"], _payload_schema(document, name))
    assert STREAM_EVENT.validate_json(json.dumps(example["payload"])).type == name


def test_what_is_sent_is_what_is_described(document: dict[str, Any]) -> None:
    async def scene(api: ApiDouble) -> list[dict[str, Any]]:
        async with SocketDouble(api.app, "/ws/analysis?since=0") as socket:
            greeting = await socket.next()
            await api.send("POST", "/api/analyze", json={"image": PIXEL})
            told = [await socket.next(), await socket.next()]
            update = {"status": "resolved", "notes": "n"}
            await api.send("POST", "/api/incidents/incident_1/status", json=update)
            told.append(await socket.next())
        async with SocketDouble(api.app, "/ws/analysis?types=unheard_of") as socket:
            return [greeting, *told, await socket.next()]

    with ApiDouble(threat()) as api:
        messages = api.run(scene(api))
    assert {it["type"] for it in messages} == set(EventType)
    for message in messages:
        jsonschema.validate(message, _payload_schema(document, message["type"]))
