"""`/ws/analysis` as an AsyncAPI 3 document, generated from the models of its messages."""

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from aegis.api.examples import MESSAGES as EXAMPLES
from aegis.api.stream_message import StreamFilter
from aegis.api.stream_schemas import MESSAGES, StreamAnswer

_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = """Events as they happen. Connect, and the first message is `system_status`.

Every message has `seq`. After a broken connection come back with `?since=SEQ`, the last one you
saw: what you missed comes first, as far back as it is kept (10,000 events). When that is not far
enough, an `error` message with the code `EVENTS_MISSED` says so: read the incidents anew.

What you send is not read. A page of another origin than the allowed ones is refused with HTTP
403 before the connection stands.
"""
CLOSE_CODES: Mapping[int, str] = {
    1001: "The server is going away. Come back with `since`.",
    1008: "A filter is wrong; the `error` message before it says which. Do not come back with it.",
    1011: "Something went wrong inside. Come back with `since`.",
    1012: "The server restarts. Come back with `since`.",
    1013: "You read too slowly, or have too many connections open. Wait, come back with `since`.",
    4401: "The API key is missing or wrong. Nothing was sent before.",
    4403: "The API key does not allow to read. Nothing was sent before.",
}
_FILTERS = {
    "types": "Only messages of these types, by commas or repeated; `error` always comes",
    "camera_id": "Only events of these cameras, by commas or repeated",
    "severity": "Only events of these severities, by commas or repeated",
    "since": "The last `seq` that was seen; what came after it is sent first",
}


def describe_stream(title: str, version: str, *, demands_key: bool) -> dict[str, Any]:
    """The whole document; demands_key: whether this system refuses callers without a key."""
    keys = ("KeyHeader", "KeySubprotocol", "KeyQuery")
    server: dict[str, Any] = {
        "host": "{address}",
        "protocol": "ws",
        "description": "The address of the HTTP API; `wss` behind TLS.",
        "variables": {"address": {"default": "localhost:8000"}},
    }
    if demands_key:
        server["security"] = [{"$ref": f"#/components/securitySchemes/{key}"} for key in keys]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": f"{title} - stream",
            "version": version,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {"here": server},
        "channels": {"analysis": _channel()},
        "operations": {"pushEvents": _operation()},
        "components": {
            "messages": {name_of(message): _message(message) for message in MESSAGES},
            "schemas": _schemas(),
            "securitySchemes": _security_schemes(),
        },
    }


def name_of(message: type[StreamAnswer]) -> str:
    """Its `type`, such as `analysis_result`."""
    (name,) = message.model_fields["type"].annotation.__args__  # type: ignore[union-attr]
    return str(name)


def _channel() -> dict[str, Any]:
    names = [name_of(message) for message in MESSAGES]
    return {
        "address": "/ws/analysis",
        "title": "Stream real-time analysis results",
        "description": "One WebSocket; the filters are query parameters of its address.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": _query(),
                "headers": {
                    "type": "object",
                    "properties": {
                        "X-API-Key": {"type": "string"},
                        "Sec-WebSocket-Protocol": {
                            "type": "string",
                            "description": "`aegis.key.<key>`, for browsers, which cannot set "
                            "X-API-Key; `aegis` beside it is the one that is chosen",
                        },
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
        "x-close-codes": {str(code): meaning for code, meaning in CLOSE_CODES.items()},
    }


def _query() -> dict[str, Any]:
    schema = StreamFilter.model_json_schema()
    words = schema["$defs"]
    described: dict[str, dict[str, Any]] = {
        "types": {"type": "array", "items": {"enum": words["EventType"]["enum"]}},
        "camera_id": {"type": "array", "items": {"type": "string"}},
        "severity": {"type": "array", "items": {"enum": words["Severity"]["enum"]}},
        "since": {"type": "integer", "minimum": 0},
        "api_key": {"type": "string", "description": "The key, where no header can be set"},
    }
    for name, meaning in _FILTERS.items():
        described[name]["description"] = meaning
    return {"type": "object", "properties": described}


def _operation() -> dict[str, Any]:
    return {
        "action": "send",
        "channel": {"$ref": "#/channels/analysis"},
        "title": "Push events",
        "summary": "The server sends; what clients send is not read.",
        "messages": [
            {"$ref": f"#/channels/analysis/messages/{name_of(message)}"} for message in MESSAGES
        ],
    }


def _message(message: type[StreamAnswer]) -> dict[str, Any]:
    name = name_of(message)
    example = {
        "type": name,
        "data": EXAMPLES[name],
        "seq": 1737282600512,
        "timestamp": "2025-01-19T10:30:00Z",
    }
    return {
        "name": name,
        "title": message.__name__,
        "summary": (message.__doc__ or "").strip(),
        "contentType": "application/json",
        "payload": {"$ref": _REFERENCE.format(model=message.__name__)},
        "examples": [{"name": name, "payload": example}],
    }


def _schemas() -> dict[str, Any]:
    _, document = models_json_schema(
        [(message, "serialization") for message in MESSAGES], ref_template=_REFERENCE
    )
    return dict(document["$defs"])


def _security_schemes() -> dict[str, Any]:
    return {
        "KeyHeader": {"type": "httpApiKey", "in": "header", "name": "X-API-Key"},
        "KeySubprotocol": {
            "type": "httpApiKey",
            "in": "header",
            "name": "Sec-WebSocket-Protocol",
            "description": "As `aegis.key.<key>`",
        },
        "KeyQuery": {"type": "httpApiKey", "in": "query", "name": "api_key"},
    }
