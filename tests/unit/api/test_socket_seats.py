"""Seats of one replica within the common count."""

import asyncio
from collections.abc import Mapping

from aegis.api.socket_seats import SocketSeats
from aegis.errors import ServiceUnavailable
from aegis.testing.doubles import InMemoryLimits


class _NobodyCounts(InMemoryLimits):
    """A Coordinator that cannot be reached."""

    async def seat(self, holder: str, seats: Mapping[str, int]) -> dict[str, int]:
        raise ServiceUnavailable(f"no answer to {holder} about {len(seats)}")


def test_decision_25_sockets_are_one_count_over_replicas() -> None:
    async def scene() -> list[bool]:
        limits = InMemoryLimits()
        one, two = SocketSeats(limits, 3), SocketSeats(limits, 3)
        taken = [await seats.take("key:a") for seats in (one, two, one, two, one)]
        await one.give_back("key:a")
        taken += [await two.take("key:a"), await one.take("key:b")]
        await one.stop()
        await two.stop()
        return taken

    assert asyncio.run(scene()) == [True, True, True, False, False, True, True]


def test_without_the_common_count_a_replica_counts_its_own() -> None:
    async def scene() -> list[bool]:
        seats = SocketSeats(_NobodyCounts(), 2)
        taken = [await seats.take("key:a") for _ in range(3)]
        await seats.stop()
        return taken

    assert asyncio.run(scene()) == [True, True, False]


def test_what_is_held_is_confirmed_to_a_count_that_forgot() -> None:
    async def scene() -> dict[str, int]:
        limits = InMemoryLimits()
        seats = SocketSeats(limits, 5, confirm_every_s=0.01)
        await seats.take("key:a")
        await limits.seat(seats._replica, {"key:a": 0})
        await asyncio.sleep(0.05)
        held = await limits.seat("another", {"key:a": 0})
        await seats.stop()
        return held

    assert asyncio.run(scene()) == {"key:a": 1}
