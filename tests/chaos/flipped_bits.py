"""Flips one bit at a time in what the store has on disk, and asks it everything.

`python -m tests.chaos.flipped_bits [--flips 300] [--seed N]`: a folder with incidents, changes to
them, a write-ahead log that was not folded back, views and their snapshot. One bit of one file
is flipped, then the store is opened. Allowed: the same answers, or an error that names the
file or the record. Never: another answer.
"""

import argparse
import asyncio
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import IncidentQuery, IncidentStatus, StatusUpdate
from aegis.errors import AegisError
from data.incident_views import IncidentViews
from data.journal import Journal

_NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
_INCIDENTS = 300
_FILES = ("journal.sqlite", "journal.sqlite-wal", "journal.head", "views.duckdb")


def main() -> int:
    """Flip, ask, print; 1 when any answer was another one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        told = flip_again_and_again(Path(scratch), given.flips, given.seed)
    sys.stdout.write(f"| flipped bits, seed {given.seed} | same | named | another answer |\n")
    sys.stdout.write("|---|---|---|---|\n")
    for file in sorted({file for file, _ in told}):
        counts = (str(told[file, what]) for what in ("same", "named", "wrong"))
        sys.stdout.write(f"| {file} | {' | '.join(counts)} |\n")
    return int(any(what == "wrong" for _, what in told))


def flip_again_and_again(scratch: Path, flips: int, seed: int) -> Counter[tuple[str, str]]:
    """How often each file led to the same answers, to a named error, or to a wrong one."""
    sound, told = scratch / "sound", Counter[tuple[str, str]]()
    subprocess.run(
        [sys.executable, "-c", "import sys; from tests.chaos.flipped_bits import fill; fill()"],
        input=str(sound),
        text=True,
        check=True,
    )
    copy = scratch / "copy"
    shutil.copytree(sound, copy)
    expected = ask(copy)
    dice = random.Random(seed)
    files = [sound / name for name in _FILES] + sorted((sound / "views.snapshot").iterdir())
    for flip in range(flips):
        shutil.rmtree(copy)
        shutil.copytree(sound, copy)
        file = copy / files[flip % len(files)].relative_to(sound)
        if "snapshot" in str(file):
            (copy / "views.duckdb").unlink()  # else nobody looks at it
        raw = bytearray(file.read_bytes())
        raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
        file.write_bytes(raw)
        kind = file.suffix if "snapshot" in str(file) else file.name
        try:
            told[kind, "same" if ask(copy) == expected else "wrong"] += 1
        except AegisError as error:
            told[kind, "named" if _names_it(str(error)) else "wrong"] += 1
    return told


def _names_it(said: str) -> bool:
    return any(word in said for word in ("journal.sqlite", "record", "Record"))


def ask(folder: Path) -> list[Any]:
    """Every question, and every key once more."""
    journal = Journal(folder / "journal.sqlite")
    try:
        if not (verdict := journal.verify()).is_intact:
            raise AegisError(f"record {verdict.broken_at}: {verdict.reason}")
        if damage := journal.find_damage():
            raise AegisError(f"journal.sqlite: {damage}")
        views = IncidentViews(folder / "views.duckdb", journal)
        try:
            return list(_answers(journal, views))
        finally:
            views.close()
    finally:
        journal.close()


def _answers(journal: Journal, views: IncidentViews) -> Iterable[Any]:
    for query in (
        IncidentQuery(limit=1000),
        IncidentQuery(statuses=(IncidentStatus.RESOLVED,), camera_id="CAM_1"),
        IncidentQuery(text="seen 77"),
        IncidentQuery(from_date=_NOON + timedelta(minutes=50), types=("violence",)),
    ):
        yield views.find(query)
    yield views.statistics(_NOON, ZoneInfo("UTC"))
    yield [views.get(f"incident_{number}") for number in range(1, _INCIDENTS + 9)]
    for number in range(_INCIDENTS):
        row = journal.outcome_of(f"record:{number}")
        yield row and row.hash


def fill() -> None:
    """Make the folder that standard input names, and end as by a kill."""
    folder = Path(sys.stdin.read())
    store = IncidentStore(folder)
    asyncio.run(_fill(store, 0, _INCIDENTS * 2 // 3))
    store.close()
    store = IncidentStore(folder)
    asyncio.run(_fill(store, _INCIDENTS * 2 // 3, _INCIDENTS))
    sys.stdout.flush()
    import os

    os._exit(0)


async def _fill(store: IncidentStore, first: int, last: int) -> None:
    await asyncio.gather(
        *(store.record(_frame(number), None, f"{number}") for number in range(first, last))
    )
    done = StatusUpdate(status=IncidentStatus.RESOLVED, notes="Checked")
    for number in range(first + 1, last, 7):
        await store.update_status(f"incident_{number}", done, f"{number}")
    await store.find(IncidentQuery())


def _frame(number: int) -> Assessment:
    return Assessment(
        type=IncidentType.VIOLENCE if number % 3 else IncidentType.VANDALISM,
        severity=list(Severity)[number % 4],
        confidence=number % 100,
        reasoning=f"Something was seen {number}",
        captured_at=_NOON + timedelta(minutes=number),
        camera_id=f"CAM_{number % 5}",
    )


if __name__ == "__main__":
    sys.exit(main())
