"""The same `create_app` with the same agents and store, in one process under bare uvicorn.

`python -m tests.benchmarks.one_process PORT FOLDER`: what the routes cost without Serve, Ray and
HAProxy. Only what goes between processes is left out.
"""

import asyncio
import sys
from pathlib import Path

import uvicorn

from actors.action_dispatcher import ActionDispatcher
from actors.incident_store import IncidentStore
from aegis.api.app import create_app
from aegis.domain.statistics import CallTally
from aegis.settings import load_settings
from aegis.testing.doubles import InMemoryEvents, in_memory_runtime
from deployments.planner_agent import PlannerAgent
from deployments.vision_agent import VisionAgent


async def serve(port: int, folder: Path) -> None:
    """Until it is killed."""
    settings = load_settings(data_dir=folder, requests_per_minute=100_000_000)
    store, events = IncidentStore(folder), InMemoryEvents()
    runtime = in_memory_runtime(
        vision=VisionAgent(settings, _report_to_nobody),
        planner=PlannerAgent(settings, _report_to_nobody),
        store=store,
        dispatcher=ActionDispatcher(store, events),
        events=events,
    )
    app = create_app(runtime, settings)
    await uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning")).serve()


async def _report_to_nobody(_: CallTally) -> None:
    """Nobody asks for the agents' figures here."""


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
