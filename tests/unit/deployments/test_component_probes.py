"""Health is what the components say, asked rarely."""

import asyncio

from aegis.domain.statistics import AgentStatistics, ComponentName
from deployments.component_probes import ComponentProbes, Probe


async def _no_figures() -> dict[str, AgentStatistics]:
    return {}


async def _ok() -> str:
    return "ok"


async def _hangs() -> str:
    await asyncio.sleep(60)
    return "ok"


async def _breaks() -> str:
    raise RuntimeError("secret path /var/lib")


def _ask(probes: dict[ComponentName, Probe]) -> dict[ComponentName, str]:
    async def ask() -> dict[ComponentName, str]:
        return await ComponentProbes(probes, _no_figures, timeout_s=0.05).component_health()

    return asyncio.run(ask())


def test_each_component_answers_for_itself() -> None:
    answers = _ask({"database": _ok, "vision_agent": _hangs, "planner_agent": _breaks})
    assert answers == {
        "database": "ok",
        "vision_agent": "no answer",
        "planner_agent": "unavailable",
    }


def test_many_questions_are_one_probe() -> None:
    asked: list[int] = []

    async def probe() -> str:
        asked.append(1)
        return "ok"

    async def ask() -> None:
        probes = ComponentProbes({"database": probe}, _no_figures, max_age_s=60)
        await asyncio.gather(*(probes.component_health() for _ in range(20)))

    asyncio.run(ask())
    assert len(asked) == 1
