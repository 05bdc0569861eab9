"""Kills the store's actor, and the whole node under it, through Ray.

`python -m tests.chaos.kill_node [--nodes 6] [--actors 4]`: a node is a Ray cluster of its own with
the detached IncidentStore and eight writers on its handle. Its actor is killed with SIGKILL
some times while the writers go on; then every process of the node at once. The next node
starts on the same folder. At the end every acknowledgement is looked up.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from actors.handles import StoreHandle
from aegis.settings import Settings
from tests.chaos.acknowledged import Acknowledgement, Findings, check
from tests.chaos.store_writers import WRITERS, write_frames

_PATIENCE_S = 240.0
_BETWEEN = 40
"""So many more acknowledgements before the next kill."""


def main() -> int:
    """Kill, check, print; 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=6)
    parser.add_argument("--actors", type=int, default=4)
    parser.add_argument("--write", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.write:
        asyncio.run(_write(*given.write))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        found, acknowledged = kill_nodes(Path(scratch), given.nodes, given.actors)
    sys.stdout.write(
        f"| kills through Ray | |\n|---|---|\n| nodes | {given.nodes} |\n"
        f"| store actors | {given.nodes * given.actors} |\n"
        f"| acknowledged writes | {acknowledged:,} |\n"
        f"| lost | {len(found.lost)} |\n| duplicated | {len(found.duplicated)} |\n"
        f"| without evidence | {len(found.without_evidence)} |\n"
        f"| wrong otherwise | {len(found.wrong)} |\n"
    )
    return 0 if found.are_none else 1


def kill_nodes(scratch: Path, nodes: int, actors: int) -> tuple[Findings, int]:
    """So many nodes one after the other, each after so many kills of its actor."""
    folder, acknowledged = scratch / "var", list[Acknowledgement]()
    for node in range(nodes):
        told = scratch / f"told-{node}"
        work = ["--write", str(folder), str(told), f"node-{node}"]
        driver = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.kill_node", *work],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for _ in range(actors):
            _wait_for_more(told, driver)
            for process in _tree(driver.pid):
                if "StoreActor" in _title(process):
                    process.kill()
        _wait_for_more(told, driver)
        tree = _tree(driver.pid)
        for process in tree:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        driver.wait()
        psutil.wait_procs(tree, timeout=20)
        acknowledged += Acknowledgement.read_all(told)
    return check(folder, acknowledged), len(acknowledged)


async def _write(folder: str, told: str, run: str) -> None:
    """One node: a cluster of its own, the store and its writers; ends by a kill only."""
    import ray

    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    store = StoreHandle(Settings(data_dir=Path(folder)))
    notes = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    await asyncio.gather(*(write_frames(store, run, writer, notes) for writer in range(WRITERS)))


def _wait_for_more(told: Path, driver: "subprocess.Popen[bytes]") -> None:
    before = len(Acknowledgement.read_all(told))
    give_up_at = time.monotonic() + _PATIENCE_S
    while len(Acknowledgement.read_all(told)) < before + _BETWEEN:
        if driver.poll() is not None or time.monotonic() > give_up_at:
            raise RuntimeError("The node did not get on with its writing")
        time.sleep(0.05)


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _title(process: psutil.Process) -> str:
    with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
        return " ".join(process.cmdline())
    return ""


if __name__ == "__main__":
    sys.exit(main())
