"""A store with eight writers and a reader in a process that will not live long."""

import asyncio
import hashlib
import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import data.view_file
from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import CleanupRequest, IncidentQuery, Recorded
from aegis.errors import ServiceUnavailable
from aegis.ports import Store
from tests.chaos.fail_points import arm

WRITERS = 8
BEGIN = datetime(2026, 3, 4, tzinfo=UTC)


def write_until_killed(
    folder: Path, told: Path, run: str, point: str | None = None, after_times: int = 1
) -> None:
    """Record frames, and note in `told` what was acknowledged; ends by a kill only.

    A line for each: key, incident, whether it is new, SHA-256 of the picture, whether that
    is the one to be shown.
    """
    data.view_file._MERGED_AFTER = 200
    if point:
        arm(point, after_times)
    store = IncidentStore(folder)
    notes = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    work = [threading.Thread(target=_read, args=(store,), daemon=True)]
    work += [
        threading.Thread(target=asyncio.run, args=(write_frames(store, run, writer, notes),))
        for writer in range(WRITERS)
    ]
    for thread in work:
        thread.start()
    work[-1].join()


async def write_frames(store: Store, run: str, writer: int, notes: int) -> None:
    """Odd writers show every incident twice; even ones open a new one with every frame."""
    number = 0
    while True:
        number += 1
        key = f"{run}-{writer}-{number}"
        jpeg = key.encode() * 200
        answer = await _record(store, _frame(key, run, writer, number), jpeg, key)
        said = f"{key} {answer.incident.id} {int(answer.is_new)}"
        os.write(notes, f"{said} {hashlib.sha256(jpeg).hexdigest()}\n".encode())


async def _record(store: Store, seen: Assessment, jpeg: bytes, key: str) -> Recorded:
    """Once for the key, however often the store has to be asked."""
    while True:
        try:
            return await store.record(seen, jpeg, key)
        except ServiceUnavailable:
            await asyncio.sleep(0.1)


def _frame(key: str, run: str, writer: int, number: int) -> Assessment:
    return Assessment(
        type=IncidentType.INTRUSION,
        severity=Severity.HIGH,
        confidence=80,
        reasoning=key,
        captured_at=BEGIN + timedelta(seconds=number),
        grouping_key=f"{run}-{writer}-{number // 2}" if writer % 2 else None,
    )


def _read(store: IncidentStore) -> None:
    """Ask all the while, so that views are folded and merged; a cleanup that finds nothing."""

    async def ask() -> None:
        while True:
            await store.find(IncidentQuery(limit=5))
            await store.statistics()
            await store.cleanup(CleanupRequest(days=36500))

    asyncio.run(ask())
