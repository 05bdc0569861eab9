"""Health of the components from cached probes."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from aegis.domain.statistics import AgentStatistics, ComponentName

Probe = Callable[[], Awaitable[str]]
AgentFigures = Callable[[], Awaitable[dict[str, AgentStatistics]]]


class ComponentProbes:
    """Asks every component at most once in `max_age_s`; who does not answer in time is not ok."""

    def __init__(
        self,
        probes: Mapping[ComponentName, Probe],
        agent_figures: AgentFigures,
        max_age_s: float = 2.0,
        timeout_s: float = 5.0,
    ) -> None:
        self._probes = probes
        self._agent_figures = agent_figures
        self._max_age_s = max_age_s
        self._timeout_s = timeout_s
        self._report: dict[ComponentName, str] = {}
        self._reported_at = float("-inf")
        self._one_at_a_time = asyncio.Lock()

    async def component_health(self) -> dict[ComponentName, str]:
        """`ok`, or why not, for each component."""
        async with self._one_at_a_time:
            if time.monotonic() - self._reported_at > self._max_age_s:
                answers = await asyncio.gather(*map(self._ask, self._probes.values()))
                self._report = dict(zip(self._probes, answers, strict=True))
                self._reported_at = time.monotonic()
            return self._report

    async def agent_statistics(self) -> dict[str, AgentStatistics]:
        """The agents' figures."""
        return await self._agent_figures()

    async def _ask(self, probe: Probe) -> str:
        try:
            return await asyncio.wait_for(probe(), self._timeout_s)
        except TimeoutError:
            return "no answer"
        except Exception:  # noqa: BLE001 - the rim: whatever goes wrong, it is not ok
            return "unavailable"
