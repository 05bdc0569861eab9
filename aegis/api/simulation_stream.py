"""A simulation as JSON Lines: how far it is, then what it found."""

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from aegis.api.errors import error_object, to_aegis_error
from aegis.domain.simulation import SimulationReport, SimulationRequest
from aegis.ports import Simulator

JSON_LINES = "application/x-ndjson"


def wants_lines(request: Request) -> bool:
    """Whether the caller asks for JSON Lines by name."""
    kinds = request.headers.get("Accept", "").split(",")
    return any(kind.partition(";")[0].strip().lower() == JSON_LINES for kind in kinds)


async def stream_simulation(simulator: Simulator, asked: SimulationRequest) -> Response:
    """Lines `{"done": 3, "days": 7}`, then one `{"report": ...}`.

    What is wrong with the request is raised before the answer begins; what goes wrong later
    is the last line, `{"error": ...}`. A caller that leaves ends the simulation.
    """
    told: asyncio.Queue[tuple[int, int] | None] = asyncio.Queue()
    work = asyncio.create_task(
        simulator.simulate(asked, lambda done, days: told.put_nowait((done, days)))
    )
    work.add_done_callback(lambda _: told.put_nowait(None))
    first = await told.get()
    if first is None:
        work.result()
    return StreamingResponse(
        _lines(first, told, work),
        media_type=JSON_LINES,
        headers={"Cache-Control": "private, no-store"},
    )


async def _lines(
    first: tuple[int, int] | None,
    told: "asyncio.Queue[tuple[int, int] | None]",
    work: "asyncio.Task[SimulationReport]",
) -> AsyncIterator[str]:
    try:
        at = first
        while at is not None:
            yield json.dumps({"done": at[0], "days": at[1]}) + "\n"
            at = await told.get()
        try:
            yield f'{{"report":{work.result().model_dump_json()}}}\n'
        except Exception as error:  # noqa: BLE001 - the answer has begun: its last line tells
            problem = error_object(to_aegis_error(error))
            yield f'{{"error":{problem.model_dump_json()}}}\n'
    finally:
        work.cancel()
