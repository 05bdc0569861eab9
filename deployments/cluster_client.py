"""Aegis from inside the cluster: the client's interface over deployment and actor handles."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import httpx
from ray import serve
from ray.serve.exceptions import RayServeException

from aegis.api.app import create_trusted_app
from aegis.api.stream_message import StreamFilter, message_of
from aegis.api.stream_schemas import STREAM_EVENT, StreamEvent, SystemStatus
from aegis.client.async_aegis_client import AsyncAegisClient
from aegis.client.retry import Retry
from aegis.domain.event import Event, EventType
from aegis.domain.statistics import HealthReport
from aegis.errors import ServiceUnavailable
from aegis.ports import Events, Runtime
from aegis.settings import Settings, load_settings
from deployments.runtime import compose_runtime

APPLICATION = "aegis"


def connect(settings: Settings | None = None) -> "ClusterClient":
    """A client for a driver, task or actor of the cluster in which Aegis runs.

    settings: by default read as the system's own are. Raises ServiceUnavailable when Aegis
    does not run in this cluster.
    """
    try:
        vision, planner = (
            serve.get_deployment_handle(name, APPLICATION)
            for name in ("VisionAgent", "PlannerAgent")
        )
    except RayServeException as error:
        raise ServiceUnavailable("Aegis does not run in this cluster") from error
    known = settings or load_settings()
    return ClusterClient(compose_runtime(known, vision, planner), known)


class ClusterClient(AsyncAegisClient):
    """AsyncAegisClient without a network: the same routes run in the caller's process.

    Bodies are checked, errors are rendered and keys of idempotency work as over HTTP; there is
    no door: no key, no limit. Events come straight from the coordinator.
    """

    def __init__(self, runtime: Runtime, settings: Settings, retry: Retry | None = None) -> None:
        transport = httpx.ASGITransport(create_trusted_app(runtime, settings))
        super().__init__("http://aegis.cluster", transport=transport, retry=retry)
        self._events = runtime.events

    def watch(
        self,
        *,
        since: int | None = None,
        types: Sequence[str] = (),
        camera_id: str | Sequence[str] = (),
        severity: Sequence[str] = (),
        timeout_s: float | None = None,
    ) -> AsyncIterator[StreamEvent]:
        """Events as they come, after the health of now; see `AegisClient.watch`."""
        cameras = [camera_id] if isinstance(camera_id, str) else list(camera_id)
        given = {"types": list(types), "camera_id": cameras, "severity": list(severity)}
        wanted = StreamFilter.model_validate({name: it for name, it in given.items() if it})
        return self._watch(wanted, since, timeout_s)

    async def _watch(
        self, wanted: StreamFilter, since: int | None, timeout_s: float | None
    ) -> AsyncIterator[StreamEvent]:
        if wanted.types is None or EventType.SYSTEM_STATUS in wanted.types:
            yield _status(await self.health(), since or 0)
        async for event in _follow(self._events, since, timeout_s):
            message = message_of(event)
            if wanted.wants(message):
                yield STREAM_EVENT.validate_json(message.text, extra="ignore")


async def _follow(
    events: Events, since: int | None, timeout_s: float | None
) -> AsyncIterator[Event]:
    """Events until so long a silence; an interrupted subscription is taken up again."""
    retry, attempt = Retry(), 0
    while True:
        subscription = events.subscribe(since)
        try:
            while True:
                async with asyncio.timeout(timeout_s):
                    event = await anext(subscription)
                attempt, since = 0, event.seq
                yield event
        except TimeoutError:
            return
        except (StopAsyncIteration, ServiceUnavailable) as error:
            attempt += 1
            wait_s = retry.wait_s(attempt)
            if wait_s is None:
                raise ServiceUnavailable("The event stream cannot be reached") from error
            await asyncio.sleep(wait_s)


def _status(report: HealthReport, seq: int) -> SystemStatus:
    return SystemStatus(
        type=EventType.SYSTEM_STATUS, data=report, seq=seq, timestamp=datetime.now(UTC)
    )
