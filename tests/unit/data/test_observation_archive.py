"""What cameras saw, on the side."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from aegis.domain.observation import Crossing, Observation, ObservedSubject
from data.archive_folder import ArchiveDamaged, ArchiveFolder
from data.observation_archive import (
    DATASET,
    ObservationSink,
    compact_observations,
    read_observations,
)

DAY = date(2026, 3, 4)
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def seen(second: float, camera: str | None = "CAM_01", *, is_late: bool = False) -> Observation:
    subject = ObservedSubject(label="person", score=0.5, bbox=(0, 0, 1, 1), track_id=7)
    return Observation(
        captured_at=NOON + timedelta(seconds=second),
        resolution_wh=(640, 360),
        subjects=(subject,),
        camera_id=camera,
        is_late=is_late,
    )


@pytest.fixture
def folder(tmp_path: Path) -> ArchiveFolder:
    return ArchiveFolder(str(tmp_path / "archive"))


def sink_of(folder: ArchiveFolder) -> ObservationSink:
    return ObservationSink(folder, sample_s=1.0, period_s=3600)


def seconds(folder: ArchiveFolder, camera: str | None = None) -> list[float]:
    observations = read_observations(folder, DAY, camera)
    return [(it.captured_at - NOON).total_seconds() for it in observations]


def test_one_a_second_and_camera_is_kept_and_comes_back_whole(folder: ArchiveFolder) -> None:
    sink = sink_of(folder)
    for tenth in range(30):
        for camera in ("CAM_02", "CAM_01"):
            sink.offer(seen(tenth / 10, camera))
    sink.offer(seen(9, None))
    sink.offer(seen(9, is_late=True))
    sink.close()
    assert seconds(folder) == [0, 1, 2, 0, 1, 2]
    assert list(read_observations(folder, DAY, "CAM_01"))[1] == seen(1)


def test_what_older_archives_say_of_a_crossing_beyond_today_is_passed_over() -> None:
    door = Crossing(wire="gate", kind="door", direction="forward", counts=True, ago_s=1.0)
    subject = seen(0).subjects[0].model_copy(update={"crossings": (door,)})
    observation = seen(0).model_copy(update={"subjects": (subject,)})
    older = observation.model_dump(mode="json")
    older["subjects"][0]["crossings"][0]["followed"] = True
    assert Observation.model_validate_json(json.dumps(older)) == observation


def test_a_camera_whose_clock_was_set_back_is_kept(folder: ArchiveFolder) -> None:
    sink = sink_of(folder)
    for second in (100, 5, 6):
        sink.offer(seen(second))
    assert sink.flush() == 3
    sink.close()


def test_what_cannot_be_written_waits_and_the_oldest_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "archive").write_text("in the way")
    monkeypatch.setattr("data.observation_archive._MOST_WAITING", 3)
    folder = ArchiveFolder(str(tmp_path / "archive"))
    sink = sink_of(folder)
    for second in range(5):
        sink.offer(seen(second))
    sink._try_flush()
    (tmp_path / "archive").unlink()
    sink.close()
    assert seconds(folder) == [2, 3, 4]


def test_closed_days_become_one_file_and_old_ones_go(folder: ArchiveFolder) -> None:
    sink = sink_of(folder)
    for second in (5, 3, 86_400, 1):
        sink.offer(seen(second))
        sink.flush()
    sink.close()
    tomorrow = DAY + timedelta(days=1)
    assert len(folder.files(DATASET, DAY)) == 3
    assert compact_observations(folder, tomorrow, None) == 1
    assert len(folder.files(DATASET, DAY)) == 1
    assert seconds(folder) == [1, 3, 5]
    assert compact_observations(folder, tomorrow, None) == 0
    assert compact_observations(folder, tomorrow, tomorrow) == 1
    assert folder.days(DATASET) == [tomorrow]


def test_a_damaged_file_is_refused_and_put_aside_by_compaction(
    folder: ArchiveFolder, tmp_path: Path
) -> None:
    sink = sink_of(folder)
    for second in (1, 2):
        sink.offer(seen(second))
        sink.flush()
    sink.close()
    first = sorted((tmp_path / "archive").rglob("*.parquet"))[0]
    content = bytearray(first.read_bytes())
    content[100] ^= 1
    first.write_bytes(content)
    with pytest.raises(ArchiveDamaged):
        seconds(folder)
    compact_observations(folder, DAY + timedelta(days=1), None)
    assert len(seconds(folder)) == 1
    assert len(folder.quarantined()) == 1
