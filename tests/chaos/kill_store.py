"""Kills the store with SIGKILL, again and again, under eight writers.

`python -m tests.chaos.kill_store [--kills 200] [--seed N]`: half of the kills at random moments,
half at named fail points; one folder outlives them all. Afterwards every acknowledgement is
looked up. The figure wanted: 0 lost, 0 duplicated, the evidence of each there.

A kill takes no page from the kernel: what was written without fsync survives it, so a store
that never syncs passes this test. `tests.chaos.power_loss` is the one that it fails.
"""

import argparse
import multiprocessing
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.acknowledged import Acknowledgement, Findings, check
from tests.chaos.fail_points import FAIL_POINTS
from tests.chaos.store_writers import write_until_killed

_CHECKED_EVERY = 25
_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True)
class Report:
    """How often what was killed, and what was found."""

    at_random: int
    at_points: dict[str, int]
    acknowledged: int
    findings: Findings


def main() -> int:
    """Kill, check, print; 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report = kill_again_and_again(Path(scratch), given.kills, given.seed)
    points = "".join(f"| at: {name} | {count} |\n" for name, count in report.at_points.items())
    found = report.findings
    sys.stdout.write(
        f"| kill test, seed {given.seed} | |\n|---|---|\n"
        f"| SIGKILLs at random moments | {report.at_random} |\n{points}"
        f"| acknowledged writes | {report.acknowledged:,} |\n"
        f"| lost | {len(found.lost)} |\n| duplicated | {len(found.duplicated)} |\n"
        f"| without evidence | {len(found.without_evidence)} |\n"
        f"| wrong otherwise | {len(found.wrong)} |\n"
    )
    return 0 if found.are_none else 1


def kill_again_and_again(scratch: Path, kills: int, seed: int) -> Report:
    """Every other kill at a named point, each point in turn; findings of the worst check."""
    dice = random.Random(seed)
    folder, points = scratch / "var", dict.fromkeys(FAIL_POINTS, 0)
    names = list(FAIL_POINTS)
    acknowledged: list[Acknowledgement] = []
    findings = Findings()
    for kill in range(kills):
        point = names[kill // 2 % len(names)] if kill % 2 else None
        told = scratch / f"told-{kill}"
        if _kill_once(folder, told, f"{seed}-{kill}", point, dice) and point:
            points[point] += 1
        acknowledged += Acknowledgement.read_all(told)
        if kill % _CHECKED_EVERY == _CHECKED_EVERY - 1 or kill == kills - 1:
            findings = check(folder, acknowledged)
            if not findings.are_none:
                break
    at_points = sum(points.values())
    return Report(kill + 1 - at_points, points, len(acknowledged), findings)


def _kill_once(folder: Path, told: Path, run: str, point: str | None, dice: random.Random) -> bool:
    """Whether the process died at its fail point; else it was killed at a random moment."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.store_writers"])
    times = dice.randrange(1, 12)
    if point and ("merge" in point or "snapshot" in point):
        times = dice.randrange(1, 3)
    process = context.Process(target=write_until_killed, args=(folder, told, run, point, times))
    process.start()
    if point:
        process.join(_PATIENCE_S / 6)
    else:
        _wait_for(told, dice.choice((0, 1, 400, 4000)))  # early, or well under way
        time.sleep(dice.uniform(0, 0.5))
    has_died = process.exitcode is not None
    process.kill()
    process.join()
    if process.exitcode != -signal.SIGKILL:
        raise RuntimeError(f"The store ended by itself, with {process.exitcode}")
    return has_died


def _wait_for(told: Path, size: int) -> None:
    """Until so many bytes are told."""
    give_up_at = time.monotonic() + _PATIENCE_S
    while time.monotonic() < give_up_at:
        if (told.stat().st_size if told.exists() else 0) >= size:
            return
        time.sleep(0.002)


if __name__ == "__main__":
    sys.exit(main())
