"""Pictures on disk."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from aegis.errors import NotFound, ServiceUnavailable
from data.evidence import EvidenceFolder, Picture, StagedPicture

MORNING = datetime(2026, 3, 4, 8, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[EvidenceFolder]:
    folder = EvidenceFolder(tmp_path / "evidence")
    yield folder
    folder.close()


def show(folder: EvidenceFolder, picture: Picture) -> None:
    folder.stage([picture])
    folder.publish(picture.sha256, picture.path)


def test_a_picture_has_the_path_of_its_utc_day_and_its_hash() -> None:
    late = datetime(2026, 3, 4, 23, tzinfo=timezone(timedelta(hours=-5)))
    picture = Picture.of("incident_12", late, b"jpeg")
    assert picture.path == "/evidence/2026-03-05/incident_12.jpg"
    assert picture.sha256 == hashlib.sha256(b"jpeg").hexdigest()


def test_a_staged_picture_is_not_shown_until_it_is_published(folder: EvidenceFolder) -> None:
    picture = Picture.of("incident_1", MORNING, b"one")
    folder.stage([picture])
    with pytest.raises(NotFound):
        folder.read(picture.path)
    folder.publish(picture.sha256, picture.path)
    assert folder.read(picture.path) == b"one"
    assert list(folder.staged()) == []


def test_the_folder_of_a_new_day_is_synced_into_its_parent_once(
    folder: EvidenceFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []
    monkeypatch.setattr("data.durable_folder.sync", synced.append)
    for number in (1, 2):
        show(folder, Picture.of(f"incident_{number}", MORNING, b"one"))
    assert synced == [tmp_path / "evidence"]
    show(folder, Picture.of("incident_3", MORNING + timedelta(days=1), b"one"))
    assert len(synced) == 2


def test_a_better_picture_takes_the_place_of_the_first(folder: EvidenceFolder) -> None:
    first, better = (Picture.of("incident_1", MORNING, jpeg) for jpeg in (b"one", b"two"))
    show(folder, first)
    show(folder, better)
    assert folder.read(first.path) == b"two"


def test_what_a_crash_left_is_found_and_half_files_are_removed(
    folder: EvidenceFolder, tmp_path: Path
) -> None:
    picture = Picture.of("incident_1", MORNING, b"one")
    folder.stage([picture])
    half = tmp_path / "evidence" / ".staged" / "incident_2.half"
    half.write_bytes(b"tor")
    assert list(folder.staged()) == [StagedPicture("incident_1", picture.sha256)]
    assert not half.exists()
    folder.discard(StagedPicture("incident_1", picture.sha256))
    assert list(folder.staged()) == []


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/evidence/2026-03-04/incident_1.png",
        "/evidence/2026-03-04/incident_0.jpg",
        "/evidence/2026-03-04/incident_1.jpg\n",
        "/evidence/2026-03-04/incident_١.jpg",
        "/evidence/../journal.sqlite",
        "/evidence/2026-03-04/../../journal.sqlite",
        "/evidence/2026-03-04/incident_1.jpg/../../../x",
        "//evidence/2026-03-04/incident_1.jpg",
        "/evidence/.staged/incident_1.jpg",
        "/evidence/2026-03-04/incident_1.jpg\x00",
        "/evidence/2026-03-04/incident_999999999999999999.jpg",
    ],
)
def test_no_other_file_can_be_read(folder: EvidenceFolder, path: str) -> None:
    show(folder, Picture.of("incident_1", MORNING, b"one"))
    with pytest.raises(NotFound):
        folder.read(path)


def test_deleting_twice_is_no_error(folder: EvidenceFolder) -> None:
    picture = Picture.of("incident_1", MORNING, b"one")
    show(folder, picture)
    assert folder.days() == ["2026-03-04"]
    assert folder.paths_of("2026-03-04") == [picture.path]
    folder.delete([picture.path])
    folder.delete([picture.path])
    assert folder.paths_of("2026-03-04") == []


def test_a_disk_that_refuses_is_a_service_unavailable(
    folder: EvidenceFolder, tmp_path: Path
) -> None:
    (tmp_path / "evidence" / ".staged").rmdir()
    with pytest.raises(ServiceUnavailable):
        folder.stage([Picture.of("incident_1", MORNING, b"one")])
