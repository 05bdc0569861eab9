"""Batches by draining: whatever waits goes next, no timer."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from aegis.errors import AnalysisFailed, ServiceUnavailable

Item = TypeVar("Item")
Result = TypeVar("Result")


class DrainBatcher(Generic[Item, Result]):
    """Runs `process` in one thread of its own over at most `batch` waiting items at a time.

    A lone item never waits for company; under load batches fill by themselves. `process`
    answers one result or exception for each item, in order.
    """

    def __init__(
        self,
        process: Callable[[Sequence[Item]], Sequence[Result | Exception]],
        batch: int,
        queue: int,
    ) -> None:
        self._process = process
        self._batch = batch
        self._queue = queue
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="batch")
        self._drain: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The item's result; raises its exception, or ServiceUnavailable when the queue is full."""
        if len(self._waiting) >= self._queue:
            raise ServiceUnavailable("Too many frames are waiting; try again shortly")
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._drain is None or self._drain.done():
            self._drain = asyncio.create_task(self._drain_waiting())
        try:
            return await future
        finally:
            # An error would hold this frame, the frame the future, and that the error.
            del future

    async def _drain_waiting(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            taken = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            wanted = [pair for pair in taken if not pair[1].done()]
            if not wanted:
                continue
            items = [item for item, _ in wanted]
            try:
                results = await loop.run_in_executor(self._thread, self._process, items)
            except Exception as error:  # noqa: BLE001 - the rim: every waiting caller must hear of it
                results = [_as_failure(error)] * len(items)
            for (_, future), result in zip(wanted, results, strict=True):
                _settle(future, result)


def _as_failure(error: Exception) -> Exception:
    failure = AnalysisFailed("The analysis failed")
    failure.__cause__ = error
    return failure


def _settle(future: asyncio.Future[Result], result: Result | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
