"""Parquet files that are not believed without their hash."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from aegis.errors import ConfigurationError, ServiceUnavailable
from data.archive_folder import ArchiveDamaged, ArchiveFolder

DAY = date(2026, 3, 4)


@pytest.fixture
def folder(tmp_path: Path) -> ArchiveFolder:
    return ArchiveFolder(str(tmp_path / "archive"))


def table(*numbers: int) -> pa.Table:
    return pa.table({"number": pa.array(numbers, pa.int64()), "text": [str(it) for it in numbers]})


def numbers_of(folder: ArchiveFolder, dataset: str = "incidents") -> list[int]:
    return [
        it for part in folder.read(dataset, DAY, ["number"]) for it in part["number"].to_pylist()
    ]


def the_file(tmp_path: Path, dataset: str = "incidents") -> Path:
    (file,) = (tmp_path / "archive" / dataset / "date=2026-03-04").glob("*.parquet")
    return file


def test_an_empty_archive_has_no_days(folder: ArchiveFolder) -> None:
    assert folder.days("incidents") == []
    assert numbers_of(folder) == []
    assert list(folder.verify("incidents")) == []
    assert folder.quarantined() == []


def test_a_day_is_written_read_replaced_and_forgotten(folder: ArchiveFolder) -> None:
    folder.replace("incidents", DAY, table(1, 2))
    assert folder.days("incidents") == [DAY]
    assert numbers_of(folder) == [1, 2]
    folder.replace("incidents", DAY, table(1, 2, 3))
    assert numbers_of(folder) == [1, 2, 3]
    assert [verdict.problem for verdict in folder.verify("incidents")] == [""]
    folder.replace("incidents", DAY, table())
    assert folder.days("incidents") == []


def test_other_tools_read_it_by_hive_partition(folder: ArchiveFolder, tmp_path: Path) -> None:
    folder.replace("incidents", DAY, table(1))
    file = the_file(tmp_path)
    assert pq.ParquetFile(file).metadata.row_group(0).column(0).compression == "ZSTD"
    dataset = pq.read_table(tmp_path / "archive" / "incidents", partitioning="hive")
    assert dataset["date"].to_pylist() == ["2026-03-04"]


def test_the_same_day_by_uri(tmp_path: Path) -> None:
    ArchiveFolder(f"file://{tmp_path}/archive").replace("incidents", DAY, table(1))
    assert numbers_of(ArchiveFolder(str(tmp_path / "archive"))) == [1]


@pytest.mark.parametrize("uri", ["nonsense://x", "s3:///", "file://relative"])
def test_a_uri_nobody_knows_is_a_configuration_error(uri: str) -> None:
    with pytest.raises(ConfigurationError, match="AEGIS_ARCHIVE_URI"):
        ArchiveFolder(uri)


def test_a_bit_flipped_anywhere_is_noticed_and_never_read(
    folder: ArchiveFolder, tmp_path: Path
) -> None:
    folder.replace("incidents", DAY, table(*range(50)))
    file = the_file(tmp_path)
    content = file.read_bytes()
    for position in range(0, len(content), 13):
        flipped = bytearray(content)
        flipped[position] ^= 1 << position % 8
        file.write_bytes(flipped)
        with pytest.raises(ArchiveDamaged) as caught:
            numbers_of(folder)
        assert file.name in caught.value.message
    (verdict,) = folder.verify("incidents")
    assert verdict.problem


def test_a_bit_flipped_in_the_manifest_is_noticed(folder: ArchiveFolder, tmp_path: Path) -> None:
    folder.replace("incidents", DAY, table(1, 2))
    manifest = the_file(tmp_path).with_name("_manifest.json")
    content = manifest.read_bytes()
    spaces = b" \n"
    for position in range(0, len(content), 3):
        flipped = bytearray(content)
        flipped[position] ^= 1
        manifest.write_bytes(flipped)
        try:
            assert numbers_of(folder) == [1, 2]
        except ArchiveDamaged:
            continue
        assert json.loads(flipped) == json.loads(content) or content[position] in spaces


@pytest.mark.parametrize("damage", [Path.unlink, lambda file: file.write_bytes(b"")])
def test_a_missing_or_empty_file_is_damage(
    folder: ArchiveFolder, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    folder.replace("incidents", DAY, table(1))
    damage(the_file(tmp_path))
    with pytest.raises(ArchiveDamaged):
        numbers_of(folder)


def test_a_damaged_file_is_put_aside(folder: ArchiveFolder, tmp_path: Path) -> None:
    folder.replace("incidents", DAY, table(1))
    the_file(tmp_path).write_bytes(b"other")
    with pytest.raises(ArchiveDamaged) as caught:
        numbers_of(folder)
    folder.quarantine(caught.value.path)
    folder.quarantine(caught.value.path)
    assert len(folder.quarantined()) == 1
    assert next(iter((tmp_path / "archive" / "_quarantine").iterdir())).read_bytes() == b"other"


def test_what_a_crash_left_beside_a_manifest_counts_only_where_many_write(
    folder: ArchiveFolder,
) -> None:
    for dataset in ("incidents", "observations"):
        folder.replace(dataset, DAY, table(1))
        folder.add(dataset, DAY, table(2))
    assert numbers_of(folder, "incidents") == [1]
    assert numbers_of(folder, "observations") == [1, 2]


def test_a_folder_that_cannot_be_written_is_a_service_unavailable(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file")
    with pytest.raises(ServiceUnavailable):
        ArchiveFolder(str(tmp_path / "archive")).replace("incidents", DAY, table(1))
