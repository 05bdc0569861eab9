"""Tells the sockets how the system fares: when it changes, and every 30 seconds."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress

from aegis.api.event_hub import EventHub
from aegis.api.health import HealthDesk
from aegis.api.stream_message import StreamMessage, make_message
from aegis.domain.event import EventType
from aegis.domain.statistics import ComponentName, HealthReport

_LOOK_EVERY_S = 2.0
_TELL_EVERY_S = 30.0


class StatusTicker:
    """Looks while somebody listens."""

    def __init__(
        self,
        hub: EventHub,
        desk: HealthDesk,
        look_every_s: float = _LOOK_EVERY_S,
        tell_every_s: float = _TELL_EVERY_S,
    ) -> None:
        self._hub = hub
        self._desk = desk
        self._look_every_s = look_every_s
        self._tell_every_s = tell_every_s
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; once is enough."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._tick())

    async def stop(self) -> None:
        """End."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def message(self, seq: int) -> StreamMessage:
        """The state of now, for a socket that has seen everything up to `seq`."""
        return _message(await self._desk.report(), seq)

    async def _tick(self) -> None:
        told: Mapping[ComponentName, str] | None = None
        told_at = time.monotonic()
        while True:
            await asyncio.sleep(self._look_every_s)
            if not self._hub.has_listeners:
                continue
            report = await self._desk.report()
            is_due = time.monotonic() - told_at >= self._tell_every_s
            if is_due or (told is not None and told != report.components):
                self._hub.broadcast(_message(report, self._hub.last_seq))
                told_at = time.monotonic()
            told = report.components


def _message(report: HealthReport, seq: int) -> StreamMessage:
    return make_message(EventType.SYSTEM_STATUS, report.model_dump(mode="json"), seq)
