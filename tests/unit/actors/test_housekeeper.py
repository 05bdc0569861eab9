"""What the store does on the side, by age and room."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import HoldRequest, IncidentQuery, IncidentStatus, StatusUpdate
from data.keeping import Keeping

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Store(IncidentStore):
    """A store whose clock the test turns."""

    def __init__(self, root: Path, keeping: Keeping) -> None:
        self.now = NOON
        super().__init__(root, clock=lambda: self.now, keeping=keeping)

    def fill(self, count: int, *still_open: int) -> None:
        async def work() -> None:
            for number in range(1, count + 1):
                seen = Assessment(
                    type=IncidentType.INTRUSION,
                    severity=Severity.HIGH,
                    confidence=80,
                    reasoning="Somebody stands in the yard",
                    captured_at=NOON + timedelta(seconds=number),
                )
                kept = await self.record(seen, b"jpeg" * 1000, f"{number}")
                if number not in still_open:
                    done = StatusUpdate(status=IncidentStatus.RESOLVED)
                    await self.update_status(kept.incident.id, done, f"s{number}")

        asyncio.run(work())

    def later(self, days: int) -> None:
        self.now = NOON + timedelta(days=days)
        self.housekeeper.keep_house()

    def shown(self) -> list[str]:
        return [it.id for it in asyncio.run(self.find(IncidentQuery())).incidents]

    def with_picture(self) -> list[str]:
        page = asyncio.run(self.find(IncidentQuery()))
        return [it.id for it in page.incidents if it.evidence_path]


@pytest.fixture
def keeping() -> Keeping:
    return Keeping(archive_after_days=2, evidence_days=5, incident_days=10)


@pytest.fixture
def store(tmp_path: Path, keeping: Keeping) -> Iterator[Store]:
    store = Store(tmp_path / "data", keeping)
    yield store
    store.close()


def test_age_takes_the_record_then_the_pictures_then_the_incident(
    store: Store, tmp_path: Path
) -> None:
    store.fill(4, 2)
    asyncio.run(store.vault.set_hold("incident_3", HoldRequest(), "h"))
    files = tmp_path / "data/archive/incidents"
    store.later(2)
    assert not files.exists()
    store.later(3)
    assert len(list(files.rglob("*.parquet"))) == 1
    assert len(store.with_picture()) == 4
    store.later(6)
    assert store.with_picture() == ["incident_3", "incident_2"]
    assert len(store.shown()) == 4
    store.later(11)
    assert store.shown() == ["incident_3", "incident_2"]
    assert not list(files.rglob("*.parquet"))


@pytest.mark.parametrize("keeping", [Keeping(evidence_quota_bytes=9000, archive_after_days=1)])
def test_the_quota_reaches_into_archived_days(store: Store) -> None:
    store.fill(1)
    store.later(3)
    store.now = NOON
    store.fill(4)
    store.later(3)
    assert store.with_picture() == ["incident_4", "incident_3"]
