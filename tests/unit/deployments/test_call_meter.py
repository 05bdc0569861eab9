"""Calls are counted truly and reported even when the report fails at first."""

import asyncio

import pytest

from aegis.domain.statistics import CallTally
from aegis.errors import AnalysisFailed, InvalidImage, ServiceUnavailable
from deployments.call_meter import CallMeter


async def _answer(error: Exception | None = None) -> str:
    if error:
        raise error
    return "seen"


@pytest.mark.parametrize(
    ("error", "errors"),
    [
        (None, 0),
        (InvalidImage("the caller's mistake"), 0),
        (AnalysisFailed("ours"), 1),
        (RuntimeError("unexpected"), 1),
    ],
)
def test_what_counts_as_an_error(error: Exception | None, errors: int) -> None:
    tallies: list[CallTally] = []

    async def report(tally: CallTally) -> None:
        tallies.append(tally)

    async def call() -> None:
        meter = CallMeter("VisionAgent", report, period_s=0.01)
        await asyncio.gather(meter.measure(_answer(error)), return_exceptions=True)
        await asyncio.sleep(0.05)

    asyncio.run(call())
    assert [(tally.calls, tally.errors) for tally in tallies] == [(1, errors)]


def test_a_failed_report_is_made_up_for() -> None:
    tallies: list[CallTally] = []
    coordinator_is_back = iter([False, True])

    async def report(tally: CallTally) -> None:
        if not next(coordinator_is_back):
            raise ServiceUnavailable("restarting")
        tallies.append(tally)

    async def call() -> None:
        meter = CallMeter("VisionAgent", report, period_s=0.01)
        await meter.measure(_answer())
        await meter.measure(_answer())
        await asyncio.sleep(0.1)

    asyncio.run(call())
    assert sum(tally.calls for tally in tallies) == 2
