"""Short runs of the proofs under tests/chaos; `make chaos` runs them in full."""

import shutil
from pathlib import Path

import pytest

from tests.chaos.fail_points import FAIL_POINTS
from tests.chaos.flipped_bits import flip_again_and_again
from tests.chaos.kill_store import kill_again_and_again
from tests.chaos.power_loss import cut_again_and_again

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="the recorder is built by gcc")


def test_fail_points_name_methods_that_are_there() -> None:
    for owner, method, _ in FAIL_POINTS.values():
        assert callable(getattr(owner, method))


def test_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    report = kill_again_and_again(tmp_path, kills=10, seed=7)
    assert report.findings.are_none, report
    assert sum(report.at_points.values()) >= 4
    assert report.findings.checked == report.acknowledged > 0


@needs_gcc
def test_power_cuts_lose_nothing(tmp_path: Path) -> None:
    report = cut_again_and_again(tmp_path, states=10, seed=7, acknowledged=120)
    assert report.is_clean, report
    assert report.acknowledgements > 0


@needs_gcc
def test_a_journal_that_is_not_synced_loses(tmp_path: Path) -> None:
    control = "synchronous=NORMAL"
    report = cut_again_and_again(tmp_path, 4, 7, control, acknowledged=120)
    assert report.losing, report


def test_a_flipped_bit_is_never_a_wrong_answer(tmp_path: Path) -> None:
    told = flip_again_and_again(tmp_path, flips=12, seed=7)
    assert told.total() == 12
    assert not [file for file, what in told if what == "wrong"], told
    assert told["journal.sqlite-wal", "named"] == 2, told
