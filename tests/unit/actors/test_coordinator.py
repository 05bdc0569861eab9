"""Events in sequence, leases never over the limit, figures added up."""

import asyncio
from collections.abc import AsyncIterator
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from actors.coordinator import Coordinator
from aegis.domain.event import Event, EventDraft, EventType
from aegis.domain.statistics import CallTally


def _draft(number: int) -> EventDraft:
    return EventDraft(type=EventType.ANALYSIS_RESULT, data={"number": number})


async def _take(stream: AsyncIterator[list[Event]], count: int) -> list[Event]:
    taken: list[Event] = []
    while len(taken) < count:
        taken += await asyncio.wait_for(anext(stream), 5)
    return taken


def test_every_subscriber_gets_every_event_in_order() -> None:
    async def publish() -> None:
        coordinator = Coordinator()
        streams = [coordinator.subscribe(None) for _ in range(3)]
        assert [await anext(stream) for stream in streams] == [[], [], []]
        for number in range(50):
            await coordinator.publish([_draft(number)])
        for stream in streams:
            events = await _take(stream, 50)
            assert [event.data["number"] for event in events] == list(range(50))
            assert [b.seq - a.seq for a, b in pairwise(events)] == [1] * 49

    asyncio.run(publish())


def test_a_late_subscriber_gets_what_it_missed() -> None:
    async def publish() -> None:
        coordinator = Coordinator()
        await coordinator.publish([_draft(number) for number in range(5)])
        first = (await anext(coordinator.subscribe(0)))[0]
        missed = await anext(coordinator.subscribe(first.seq + 2))
        assert [event.data["number"] for event in missed] == [3, 4]

    asyncio.run(publish())


def test_a_subscriber_that_falls_behind_is_ended_and_others_are_not() -> None:
    async def publish() -> None:
        coordinator = Coordinator()
        slow, quick = coordinator.subscribe(None), coordinator.subscribe(None)
        await anext(slow)
        await anext(quick)
        for number in range(3000):
            await coordinator.publish([_draft(number)])
            if number % 1000 == 999:
                await _take(quick, 1000)
        received = [event async for batch in slow for event in batch]
        assert 0 < len(received) < 3000
        assert received[0].data["number"] == 0

    asyncio.run(publish())


@given(
    st.integers(1, 50), st.lists(st.tuples(st.sampled_from("ab"), st.integers(1, 30)), max_size=40)
)
def test_leases_never_exceed_the_limit(limit: int, wishes: list[tuple[str, int]]) -> None:
    async def lease() -> None:
        coordinator = Coordinator()
        granted = {"a": 0, "b": 0}
        for caller, wanted in wishes:
            answer = await coordinator.lease(caller, limit, 10**9, wanted)
            granted[caller] += answer.granted
            assert answer.remaining == limit - granted[caller]
        assert all(total <= limit for total in granted.values())
        for caller, total in granted.items():
            asked = sum(wanted for name, wanted in wishes if name == caller)
            assert total == min(asked, limit)

    asyncio.run(lease())


def test_replicas_are_added_up() -> None:
    async def report() -> None:
        coordinator = Coordinator()
        await coordinator.report(CallTally(agent="VisionAgent", calls=1500, errors=12, busy_s=1800))
        await coordinator.report(CallTally(agent="VisionAgent", calls=500, errors=4, busy_s=200))
        figures = await coordinator.agent_statistics()
        vision = figures["vision_agent"]
        assert (vision.total_calls, vision.total_errors, vision.error_rate) == (2000, 16, 0.008)
        assert vision.avg_response_time_ms == 1000
        assert figures["planner_agent"].total_calls == 0

    asyncio.run(report())
