"""The lock of the data directory."""

from pathlib import Path

import pytest

from aegis.errors import ConfigurationError
from data.data_folder import DataFolder


def test_one_store_at_a_time_and_the_next_after_it(tmp_path: Path) -> None:
    first = DataFolder(tmp_path / "var")
    with pytest.raises(ConfigurationError, match="AEGIS_DATA_DIR"):
        DataFolder(tmp_path / "var", wait_s=0)
    first.close()
    DataFolder(tmp_path / "var", wait_s=0).close()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="file"):
        DataFolder(tmp_path / "file" / "var")
