"""Cuts the power of a recorded store, at hundreds of places, and lets it recover.

`python -m tests.chaos.power_loss [--states 200] [--seed N] [--control NAME]`: a store with eight
writers runs under recorder.c, which writes down every change below its folder. Each state is
the disk as a cut at some place may leave it: what was synced is there, of the rest any write
may be missing or torn. Half of the cuts come right after an acknowledgement. In each state the
store is opened and every acknowledgement given before the cut is looked up. Wanted: 0 lost,
0 that do not recover by themselves. A control must lose.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import data.evidence
import data.journal
from aegis.errors import AegisError
from data.sqlite_file import SqliteFile
from tests.chaos.acknowledged import Acknowledgement, check
from tests.chaos.recorded_disk import Operation, RecordedDisk
from tests.chaos.store_writers import write_until_killed

CONTROLS = ("synchronous=NORMAL", "pictures without fsync", "folders without fsync")
_SOURCE = Path(__file__).with_name("recorder.c")
_TOLD = "/told"


@dataclass
class Report:
    """How many states were tried, and how many of them were not as acknowledged."""

    states: int = 0
    acknowledgements: int = 0
    losing: int = 0
    duplicating: int = 0
    without_evidence: int = 0
    wrong: int = 0
    not_recovering: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing at all was found."""
        return not any(count for name, count in asdict(self).items() if name not in _SIZES)


_SIZES = ("states", "acknowledgements")


def main() -> int:
    """Record, cut, recover, print; 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--control", choices=CONTROLS)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        _write(given.write, given.control)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        report = cut_again_and_again(Path(scratch), given.states, given.seed, given.control)
    title = f"power loss, {given.control or 'as it is'}, seed {given.seed}"
    sys.stdout.write(f"| {title} | |\n|---|---|\n")
    for name, count in asdict(report).items():
        sys.stdout.write(f"| {name.replace('_', ' ')} | {count:,} |\n")
    return 0 if report.is_clean else 1


def cut_again_and_again(
    scratch: Path, states: int, seed: int, control: str | None = None, acknowledged: int = 400
) -> Report:
    """One recording of so many acknowledgements, cut so often; see the module."""
    disk, places = _record(scratch, control, acknowledged)
    dice, report = random.Random(seed), Report()
    after_told = disk.cuts_after(_TOLD)
    for state in range(states):
        cut = dice.choice(after_told) if state % 2 else dice.randrange(1, places)
        folder = scratch / f"state-{state}"
        folder.mkdir()
        disk.lay_out(cut, folder, dice)
        told = folder / "was-told"
        told.write_text(disk.acknowledged(_TOLD, cut), "ascii")
        _examine(folder / "var", Acknowledgement.read_all(told), report)
        subprocess.run(["rm", "-rf", str(folder)], check=True)
    return report


def _examine(folder: Path, answers: list[Acknowledgement], report: Report) -> None:
    report.states += 1
    report.acknowledgements += len(answers)
    try:
        found = check(folder, answers)
    except AegisError:
        report.not_recovering += 1
        (folder / "journal.head").unlink(missing_ok=True)  # accept the loss, and count it
        try:
            found = check(folder, answers)
        except AegisError:
            report.losing += 1  # the folder itself is gone, or nothing in it can be read
            return
    report.losing += bool(found.lost)
    report.duplicating += bool(found.duplicated)
    report.without_evidence += bool(found.without_evidence)
    report.wrong += bool(found.wrong)


def _record(scratch: Path, control: str | None, acknowledged: int) -> tuple[RecordedDisk, int]:
    library, disk, log = scratch / "recorder.so", scratch / "disk", scratch / "log"
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", "-o", library, _SOURCE, "-ldl"], check=True)
    disk.mkdir()
    preloaded = {"LD_PRELOAD": str(library), "RECORD_ROOT": str(disk), "RECORD_LOG": str(log)}
    choice = ["--control", control] if control else []
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.power_loss", "--write", str(disk), *choice],
        env={**os.environ, **preloaded},
    )
    give_up_at = time.monotonic() + 240
    told = disk / "told"
    while len(Acknowledgement.read_all(told)) < acknowledged:
        if writer.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError("The recorded store did not get far enough")
        time.sleep(0.05)
    writer.kill()
    writer.wait()
    operations = Operation.read_all(log)
    return RecordedDisk(operations), len(operations)


def _write(disk: Path, control: str | None) -> None:
    if control == "synchronous=NORMAL":
        vars(data.journal)["SqliteFile"] = partial(SqliteFile, synchronous="NORMAL")
    elif control == "folders without fsync":
        vars(data.evidence)["make_folder"] = partial(Path.mkdir, exist_ok=True, parents=True)
    elif control:
        vars(os)["fsync"] = lambda _: None
    write_until_killed(disk / "var", disk / "told", "run")


if __name__ == "__main__":
    sys.exit(main())
