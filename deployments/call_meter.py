"""Counts an agent's calls and reports them where replicas are added up."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from aegis.domain.statistics import CallTally
from aegis.errors import AegisError

Answer = TypeVar("Answer")
Report = Callable[[CallTally], Awaitable[None]]


class CallMeter:
    """Tallies calls, errors and time, and hands the tally to `report` every `period_s` seconds.

    A caller's mistake (a status below 500) is a call but no error. A killed replica loses
    at most one period of counts.
    """

    def __init__(self, agent: str, report: Report, period_s: float = 0.5) -> None:
        self._agent = agent
        self._report = report
        self._period_s = period_s
        self._tally = CallTally(agent=agent)
        self._reporter: asyncio.Task[None] | None = None

    async def measure(self, call: Awaitable[Answer]) -> Answer:
        """Await the call and count it, whatever becomes of it."""
        start, failed = time.perf_counter(), False
        try:
            return await call
        except Exception as error:
            failed = not (isinstance(error, AegisError) and error.status < 500)
            raise
        finally:
            self._count(failed=failed, elapsed_s=time.perf_counter() - start)

    def _count(self, *, failed: bool, elapsed_s: float) -> None:
        self._tally = self._tally + CallTally(
            agent=self._agent, calls=1, errors=int(failed), busy_s=elapsed_s
        )
        if self._reporter is None or self._reporter.done():
            self._reporter = asyncio.create_task(self._report_soon())

    async def _report_soon(self) -> None:
        await asyncio.sleep(self._period_s)
        tally, self._tally = self._tally, CallTally(agent=self._agent)
        try:
            await self._report(tally)
        except AegisError:
            self._tally = self._tally + tally
            with contextlib.suppress(RuntimeError):
                self._reporter = asyncio.create_task(self._report_soon())
