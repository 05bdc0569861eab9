"""How the components fare, as `/health` and the stream tell it."""

import time
from datetime import UTC, datetime
from typing import get_args

import structlog

from aegis.api.failure_log import describe_failure
from aegis.domain.statistics import ComponentName, HealthReport
from aegis.ports import Monitor

_log = structlog.get_logger(__name__)


class HealthDesk:
    """Reads the monitor's cached answers; when even those fail, nothing is well."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._started = time.monotonic()

    async def report(self) -> HealthReport:
        """`healthy` only if every component is `ok`."""
        components = await self._components()
        is_well = all(state == "ok" for state in components.values())
        return HealthReport(
            status="healthy" if is_well else "unhealthy",
            components=components,
            timestamp=datetime.now(UTC),
            uptime_seconds=int(time.monotonic() - self._started),
        )

    async def _components(self) -> dict[ComponentName, str]:
        try:
            return await self._monitor.component_health()
        except Exception as error:  # noqa: BLE001 - the rim: a monitor that fails is an answer
            _log.warning("monitor_failed", **describe_failure(error))
            return dict.fromkeys(get_args(ComponentName), "unknown")
