"""The whole API over doubles, in this process, with one event loop for a test."""

import asyncio
import base64
import io
import json
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import httpx
from PIL import Image
from starlette.types import ASGIApp, Message

from aegis.api.app import create_app
from aegis.domain.assessment import Assessment, IncidentType, Severity, Subject
from aegis.ports import Runtime
from aegis.settings import Settings
from aegis.testing.doubles import Verdict, in_memory_runtime

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="  # noqa: E501
PEER = ("203.0.113.7", 4711)
NOWHERE = "/nowhere/at/all"
Answer = TypeVar("Answer")


def make_settings(**given: Any) -> Settings:
    given.setdefault("data_dir", NOWHERE)
    return Settings(_env_file=None, **given)


def threat(**changed: Any) -> Assessment:
    seen = Assessment(
        type=IncidentType.SUSPICIOUS_BEHAVIOR,
        severity=Severity.MEDIUM,
        confidence=82.5,
        reasoning="Individual glances at the camera again and again",
        captured_at=datetime(2025, 1, 19, 10, 30, tzinfo=UTC),
        subtype="loitering",
        subjects=(
            Subject(
                description="Person in dark hoodie",
                behavior="Nervous movements",
                location="Near entrance",
                bbox=(1.0, 2.0, 3.0, 4.0),
                track_id=7,
            ),
        ),
        facts={"dwell_s": 90},
    )
    return seen.model_copy(update=changed)


def jpeg_bytes() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16)).save(buffer, "JPEG")
    return buffer.getvalue()


def jpeg_base64() -> str:
    return base64.b64encode(jpeg_bytes()).decode()


class ApiDouble:
    """Without settings of its own nobody is limited."""

    def __init__(
        self, *verdicts: Verdict, runtime: Runtime | None = None, peer: Any = PEER, **settings: Any
    ) -> None:
        settings = {"requests_per_minute": 1_000_000} | settings
        self.runtime = runtime or in_memory_runtime(verdicts)
        self.app: ASGIApp = create_app(self.runtime, make_settings(**settings))
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, client=peer),
            base_url="http://aegis.test",
            trust_env=False,
        )
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return self._runner.run(work)

    async def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        return await self._client.request(method, path, **given)

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        return self.run(self.send(method, path, **given))

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)

    def analyze(self, **given: Any) -> dict[str, Any]:
        answer = self.post("/api/analyze", json={"image": PIXEL, **given})
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body


@dataclass(eq=False)
class SocketDouble:
    """A WebSocket client that speaks ASGI; while `is_reading` is cleared it takes nothing."""

    app: ASGIApp
    path: str = "/ws/analysis"
    headers: Mapping[str, str] = field(default_factory=dict)
    subprotocols: Sequence[str] = ()
    extensions: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[int, dict[str, Any]] | None = None
    peer: tuple[str, int] = PEER
    accepted: Message | None = None
    close_code: int | None = None
    close_reason: str = ""

    def __post_init__(self) -> None:
        self._to_app: asyncio.Queue[Message] = asyncio.Queue()
        self._from_app: asyncio.Queue[Message] = asyncio.Queue()
        self.is_reading = asyncio.Event()
        self.is_reading.set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        path, _, query = self.path.partition("?")
        scope = {
            "type": "websocket",
            "asgi": {"version": "3.0"},
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "scheme": "ws",
            "headers": [
                (name.lower().encode(), value.encode())
                for name, value in {"host": "aegis.test", **self.headers}.items()
            ],
            "client": self.peer,
            "server": ("aegis.test", 80),
            "subprotocols": list(self.subprotocols),
            "extensions": dict(self.extensions),
        }
        await self._to_app.put({"type": "websocket.connect"})
        task = asyncio.create_task(self._serve(scope))
        self._task = task
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._to_app.put({"type": "websocket.disconnect", "code": 1000})
        self.is_reading.set()
        if self._task is not None:
            await asyncio.wait_for(self._task, 5)

    async def next(self, within_s: float = 2) -> dict[str, Any]:
        while True:
            message = await asyncio.wait_for(self._from_app.get(), within_s)
            if message["type"] == "websocket.accept":
                self.accepted = message
            elif message["type"] == "websocket.http.response.start":
                body = await asyncio.wait_for(self._from_app.get(), within_s)
                self.refused = (message["status"], json.loads(body["body"]))
                raise ConnectionRefusedError(message["status"])
            elif message["type"] == "websocket.send":
                told: dict[str, Any] = json.loads(message["text"])
                return told
            else:
                self.close_code, self.close_reason = message["code"], message.get("reason", "")
                raise ConnectionAbortedError(self.close_code)

    async def next_of(self, kind: str) -> dict[str, Any]:
        while (message := await self.next())["type"] != kind:
            pass
        return message

    async def closed(self) -> int:
        try:
            while True:
                await self.next()
        except ConnectionAbortedError:
            assert self.close_code is not None
            return self.close_code

    async def say(self, text: str) -> None:
        await self._to_app.put({"type": "websocket.receive", "text": text})

    async def _serve(self, scope: dict[str, Any]) -> None:
        await self.app(scope, self._to_app.get, self._take)

    async def _take(self, message: Message) -> None:
        if message["type"] == "websocket.send":
            await self.is_reading.wait()
        await self._from_app.put(message)
