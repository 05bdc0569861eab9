"""Every numbered decision about the API document has a test that names its number.

And the clauses that no other test names: ids that only grow, days in the site's zone, agents'
figures over all replicas.
"""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actors.coordinator import Coordinator
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import CleanupRequest
from aegis.domain.statistics import CallTally

TESTS = Path(__file__).parents[1]
NAMES = re.compile(r"def test_\w*?decisions?_((?:\d+_and_)*\d+)_")
MOMENT = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)


class Clock:
    """The time of day, as set."""

    def __init__(self) -> None:
        self.now = MOMENT

    def __call__(self) -> datetime:
        return self.now


def _threat(captured_at: datetime) -> Assessment:
    return Assessment(
        type=IncidentType.INTRUSION,
        severity=Severity.HIGH,
        confidence=90,
        reasoning="Somebody is where nobody should be",
        captured_at=captured_at,
    )


def test_every_decision_is_named_by_a_test() -> None:
    named = {
        int(number)
        for file in TESTS.rglob("test_*.py")
        for found in NAMES.findall(file.read_text())
        for number in found.split("_and_")
    }
    assert set(range(1, 32)) - named == set()


def test_decision_16_an_id_is_never_given_twice(tmp_path: Path) -> None:
    clock = Clock()
    store = IncidentStore(tmp_path, clock=clock)

    async def scene() -> list[str]:
        first = await store.record(_threat(clock.now), None, "first")
        clock.now += timedelta(days=40)
        assert await store.cleanup(CleanupRequest(days=30)) == 1
        second = await store.record(_threat(clock.now), None, "second")
        return [first.incident.id, second.incident.id]

    try:
        first, second = asyncio.run(scene())
    finally:
        store.close()
    assert re.fullmatch(r"incident_\d+", first)
    assert int(second.removeprefix("incident_")) > int(first.removeprefix("incident_"))


@pytest.mark.parametrize(("zone", "today"), [("UTC", 0), ("Pacific/Auckland", 1)])
def test_decision_20_today_is_a_day_of_the_configured_zone(
    tmp_path: Path, zone: str, today: int
) -> None:
    clock = Clock()
    store = IncidentStore(tmp_path, timezone=zone, clock=clock)

    async def scene() -> int:
        await store.record(_threat(clock.now), None, "late in the evening of UTC")
        clock.now += timedelta(hours=1)
        return (await store.statistics()).incidents_today

    try:
        assert asyncio.run(scene()) == today
    finally:
        store.close()


def test_decision_22_figures_of_all_replicas_add_up_to_three_decimals() -> None:
    async def scene() -> tuple[int, int, float]:
        coordinator = Coordinator()
        for calls, errors in ((1000, 8), (500, 4)):
            tally = CallTally(agent="VisionAgent", calls=calls, errors=errors, busy_s=calls / 10)
            await coordinator.report(tally)
        vision = (await coordinator.agent_statistics())["vision_agent"]
        return vision.total_calls, vision.total_errors, vision.error_rate

    assert asyncio.run(scene()) == (1500, 12, 0.008)
