"""`/ws/analysis`: what listeners hear of the system's own state, decision 27."""

import asyncio
from typing import Any

from aegis.api.event_hub import EventHub
from aegis.api.health import HealthDesk
from aegis.api.status_ticker import StatusTicker
from aegis.domain.event import EventType
from aegis.testing.doubles import FixedMonitor, InMemoryEvents


def tick(monitor: FixedMonitor, tell_every_s: float, scene: Any) -> Any:
    """Runs a scene with a listener of a hub whose ticker looks every 10 ms."""

    async def play() -> Any:
        hub = EventHub(InMemoryEvents())
        ticker = StatusTicker(hub, HealthDesk(monitor), 0.01, tell_every_s)
        listener, _ = await hub.join(None)
        ticker.start()
        try:
            return await scene(listener)
        finally:
            await ticker.stop()
            await hub.stop()

    return asyncio.run(play())


def test_decision_27_status_is_told_when_it_changes() -> None:
    monitor = FixedMonitor()

    async def scene(listener: Any) -> str:
        await asyncio.sleep(0.05)
        assert listener.queue.empty()
        monitor.components["database"] = "no answer"
        return str((await asyncio.wait_for(listener.queue.get(), 2)).text)

    assert '"unhealthy"' in tick(monitor, 1000, scene)


def test_decision_27_status_is_told_from_time_to_time() -> None:
    async def scene(listener: Any) -> list[EventType]:
        return [(await asyncio.wait_for(listener.queue.get(), 2)).type for _ in range(2)]

    assert tick(FixedMonitor(), 0.02, scene) == [EventType.SYSTEM_STATUS] * 2
