"""Batches form from what waits, and every caller hears of its own item."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Sequence

import pytest

from aegis.errors import AnalysisFailed, InvalidImage, ServiceUnavailable
from deployments.drain_batcher import DrainBatcher


def test_waiting_items_are_taken_together_in_order() -> None:
    batches: list[list[int]] = []
    gate = threading.Event()

    def double(items: Sequence[int]) -> list[int | Exception]:
        gate.wait(5)
        batches.append(list(items))
        return [2 * item for item in items]

    async def submit_ten() -> list[int]:
        batcher = DrainBatcher[int, int](double, batch=4, queue=100)
        calls = [asyncio.create_task(batcher.submit(number)) for number in range(10)]
        await asyncio.sleep(0.05)
        gate.set()
        return list(await asyncio.gather(*calls))

    assert asyncio.run(submit_ten()) == [2 * number for number in range(10)]
    assert [item for batch in batches for item in batch] == list(range(10))
    assert max(map(len, batches)) == 4


def test_one_bad_item_fails_alone() -> None:
    def process(items: Sequence[str]) -> list[str | Exception]:
        return [InvalidImage("broken") if item == "bad" else item for item in items]

    async def submit() -> list[str | BaseException]:
        batcher = DrainBatcher[str, str](process, batch=8, queue=8)
        return await asyncio.gather(
            *(batcher.submit(item) for item in ("a", "bad", "b")), return_exceptions=True
        )

    first, second, third = asyncio.run(submit())
    assert (first, third) == ("a", "b")
    assert isinstance(second, InvalidImage)


def test_a_failed_item_is_let_go_without_a_search_for_garbage() -> None:
    class Item:
        """Of which it can be told whether anybody holds it."""

    def refuse(items: Sequence[Item]) -> list[int | Exception]:
        return [InvalidImage("broken") for _ in items]

    async def submit() -> weakref.ref[Item]:
        batcher = DrainBatcher[Item, int](refuse, batch=1, queue=1)
        item = Item()
        with pytest.raises(InvalidImage):
            await batcher.submit(item)
        await asyncio.sleep(0)
        return weakref.ref(item)

    gc.disable()
    try:
        assert asyncio.run(submit())() is None
    finally:
        gc.enable()


def test_a_crash_reaches_every_caller_and_the_next_batch_works() -> None:
    crashes = iter([True, False])

    def process(items: Sequence[int]) -> list[int | Exception]:
        if next(crashes):
            raise RuntimeError("the model broke")
        return list(items)

    async def submit() -> tuple[list[int | BaseException], int]:
        batcher = DrainBatcher[int, int](process, batch=8, queue=8)
        failed = await asyncio.gather(batcher.submit(1), batcher.submit(2), return_exceptions=True)
        return list(failed), await batcher.submit(3)

    failed, answer = asyncio.run(submit())
    assert all(isinstance(error, AnalysisFailed) for error in failed)
    assert answer == 3


def test_a_full_queue_refuses_at_once() -> None:
    gate = threading.Event()

    def process(items: Sequence[int]) -> list[int | Exception]:
        gate.wait(5)
        return list(items)

    async def submit() -> None:
        batcher = DrainBatcher[int, int](process, batch=1, queue=2)
        first = asyncio.create_task(batcher.submit(0))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(batcher.submit(number)) for number in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(ServiceUnavailable):
            await batcher.submit(3)
        gate.set()
        assert await asyncio.gather(first, *waiting) == [0, 1, 2]

    asyncio.run(submit())


def test_a_caller_who_left_costs_nothing() -> None:
    processed: list[int] = []
    gate = threading.Event()

    def process(items: Sequence[int]) -> list[int | Exception]:
        gate.wait(5)
        processed.extend(items)
        return list(items)

    async def submit() -> None:
        batcher = DrainBatcher[int, int](process, batch=1, queue=8)
        first = asyncio.create_task(batcher.submit(0))
        await asyncio.sleep(0.05)
        left = asyncio.create_task(batcher.submit(1))
        stays = asyncio.create_task(batcher.submit(2))
        await asyncio.sleep(0)
        left.cancel()
        gate.set()
        assert list(await asyncio.gather(first, stays)) == [0, 2]

    asyncio.run(submit())
    assert processed == [0, 2]
