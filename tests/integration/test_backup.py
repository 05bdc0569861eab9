"""Backups taken while the store writes, and what restoring them gives."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from actors.incident_store import IncidentStore
from aegis.cli.main import app
from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment, IncidentType, Severity
from aegis.domain.incident import IncidentPage, IncidentQuery, IncidentStatus, StatusUpdate
from aegis.domain.observation import Observation
from aegis.errors import ConfigurationError
from data.archive_folder import ArchiveFolder
from data.backup import JOURNAL, back_up
from data.journal import Journal
from data.keeping import Keeping
from data.observation_archive import DATASET, read_observations, tabulate_observations
from data.restore import restore

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Store(IncidentStore):
    def __init__(self, root: Path) -> None:
        self.now = NOON
        super().__init__(root, clock=lambda: self.now, keeping=Keeping(archive_after_days=1))

    def see(self, number: int, confidence: float = 50, key: str | None = None) -> None:
        moment = NOON + timedelta(seconds=number)
        seen = Assessment(
            type=IncidentType.INTRUSION, severity=Severity.HIGH, confidence=confidence,
            reasoning="Somebody", captured_at=moment, camera_id="C1", grouping_key=key,
        )  # fmt: skip
        jpeg = f"{number} {confidence}".encode()
        strip = (StripFrame(moment, b"small " + jpeg),)
        asyncio.run(self.record(seen, jpeg, f"{number} {confidence}", strip))

    def resolve(self, number: int) -> None:
        update = StatusUpdate(status=IncidentStatus.RESOLVED)
        asyncio.run(self.update_status(f"incident_{number}", update, f"r{number}"))

    def all(self) -> IncidentPage:
        return asyncio.run(self.find(IncidentQuery(limit=1000)))

    def assert_pictures(self) -> None:
        for incident in self.all().incidents:
            for path in incident.pictures:
                asyncio.run(self.read_evidence(path))


@pytest.fixture
def open_store() -> Iterator[Callable[[Path], Store]]:
    opened: list[Store] = []

    def open_one(root: Path) -> Store:
        opened.append(Store(root))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@contextmanager
def _writing(store: Store) -> Iterator[None]:
    """Somebody writes all the while, into few incidents whose pictures change at every write."""
    stop = threading.Event()

    def write() -> None:
        number = 0
        while not stop.wait(0.001):
            number += 1
            store.see(number % 50, confidence=10 + 0.001 * number, key=f"k{number % 7}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()


def test_a_backup_taken_under_writes_restores_to_one_moment(
    tmp_path: Path, open_store: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path / "data")
    with _writing(store):
        while len(store.all().incidents) < 5:
            pass
        manifest = back_up(tmp_path / "data", tmp_path / "data/archive", tmp_path / "backup")
    assert manifest.missing == ()
    report = restore(tmp_path / "backup", tmp_path / "again", None)
    assert report.records == manifest.records
    assert report.replaced == 0
    again = open_store(tmp_path / "again")
    assert again._journal.verify().is_intact
    assert again._journal.hash_at(manifest.records) == store._journal.hash_at(manifest.records)
    again.assert_pictures()
    again.see(60)


def test_every_page_of_a_long_journal_copied_under_writes_is_sound(
    tmp_path: Path, open_store: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path / "data")
    for number in range(1, 1500):
        store.see(number % 50, confidence=10 + 0.001 * number, key=f"k{number % 7}")
    with _writing(store):
        for name in ("first", "second", "third"):
            manifest = back_up(tmp_path / "data", None, tmp_path / name)
            copied = Journal(tmp_path / name / JOURNAL)
            assert copied.find_damage() == ""
            assert copied.verify().records == manifest.records >= 1499
            copied.close()


def test_a_picture_replaced_meanwhile_has_the_journal_copied_again(
    tmp_path: Path, open_store: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path / "data")
    store.see(1, key="a")
    copies = list[int]()

    def replace_after_the_first_copy(step: str, _done: int, _total: int) -> None:
        if step == "journal":
            copies.append(1)
            if len(copies) == 1:
                store.see(2, confidence=60, key="a")
                store.see(3, confidence=70, key="a")

    manifest = back_up(tmp_path / "data", None, tmp_path / "backup", replace_after_the_first_copy)
    assert len(copies) == 2
    assert (manifest.records, manifest.missing) == (3, ())
    restore(tmp_path / "backup", tmp_path / "again", None)
    again = open_store(tmp_path / "again")
    again.assert_pictures()
    best = again.all().incidents[0].evidence_path or ""
    assert asyncio.run(again.read_evidence(best)) == b"3 70"


def test_everything_comes_back_archived_days_and_observations_too(
    tmp_path: Path, open_store: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path / "data")
    for number in range(1, 6):
        store.see(number)
        store.resolve(number)
    seen = Observation(captured_at=NOON, resolution_wh=(1, 1), camera_id="C1")
    folder = ArchiveFolder(str(tmp_path / "data/archive"))
    folder.add(DATASET, NOON.date(), tabulate_observations([seen]))
    store.now += timedelta(days=3)
    store.housekeeper.keep_house()
    before = store.all()
    runner = CliRunner()
    made = runner.invoke(
        app, ["backup", str(tmp_path / "backup"), "--data-dir", str(tmp_path / "data")]
    )
    assert made.exit_code == 0, made.output
    done = runner.invoke(
        app, ["restore", str(tmp_path / "backup"), "--data-dir", str(tmp_path / "again")]
    )
    assert done.exit_code == 0, done.output
    again = open_store(tmp_path / "again")
    assert again.all() == before
    again.assert_pictures()
    again.now = store.now
    again.housekeeper.keep_house()
    assert again.all() == before
    restored = ArchiveFolder(str(tmp_path / "again/archive"))
    assert list(read_observations(restored, NOON.date())) == [seen]
    assert [it.name for it in restored.files("incidents", NOON.date())] == [
        it.name for it in folder.files("incidents", NOON.date())
    ]


def test_as_it_was_at_a_moment(tmp_path: Path, open_store: Callable[[Path], Store]) -> None:
    store = open_store(tmp_path / "data")
    store.see(1, key="a")
    store.see(2)
    store.now += timedelta(hours=1)
    moment, before = store.now, store.all()
    store.now += timedelta(hours=1)
    store.see(3, confidence=95, key="a")
    store.resolve(2)
    store.see(4)
    back_up(tmp_path / "data", None, tmp_path / "backup")
    report = restore(tmp_path / "backup", tmp_path / "again", moment)
    assert report.records == 2
    assert report.replaced == 2
    again = open_store(tmp_path / "again")
    assert again.all() == before
    (first, second) = (f"/evidence/2026-03-04/incident_{number}.jpg" for number in (1, 2))
    assert asyncio.run(again.read_evidence(second)) == b"2 50"
    assert not (tmp_path / "again" / first.lstrip("/")).exists()
    again.see(5)
    assert again.all().total == 3


def test_what_is_not_a_sound_backup_is_refused(
    tmp_path: Path, open_store: Callable[[Path], Store]
) -> None:
    store = open_store(tmp_path / "data")
    store.see(1)
    backup = tmp_path / "backup"
    back_up(tmp_path / "data", None, backup)
    with pytest.raises(ConfigurationError, match="not empty"):
        back_up(tmp_path / "data", None, backup)
    with pytest.raises(ConfigurationError, match="not empty"):
        restore(backup, tmp_path / "data", None)
    with pytest.raises(ConfigurationError, match="begins after"):
        restore(backup, tmp_path / "again", NOON - timedelta(days=1))
    with pytest.raises(ConfigurationError, match="no journal"):
        back_up(tmp_path / "nothing", None, tmp_path / "other")
    for file in [it for it in backup.rglob("*") if it.is_file()]:
        content = file.read_bytes()
        flipped = bytearray(content)
        flipped[len(content) // 2] ^= 1
        file.write_bytes(flipped)
        with pytest.raises(ConfigurationError, match=r"damaged|no finished backup"):
            restore(backup, tmp_path / "again", None)
        file.write_bytes(content)
    manifest = json.loads((backup / "backup.json").read_text())
    manifest["files"]["../data/store.lock"] = next(iter(manifest["files"].values()))
    (backup / "backup.json").write_text(json.dumps(manifest))
    with pytest.raises(ConfigurationError, match="damaged"):
        restore(backup, tmp_path / "again", None)
    assert not (tmp_path / "again").exists()
