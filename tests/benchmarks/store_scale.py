"""The store at a thousand, a hundred thousand and a million incidents, beside plain SQLite.

`python -m tests.benchmarks.store_scale [--sizes 1000,100000,1000000] [--folder DIR]`

Each side is measured in a process of its own, on the same rows, and answers the same objects.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from actors.incident_store import IncidentStore
from aegis.domain.assessment import Severity
from aegis.domain.incident import IncidentQuery, IncidentStatus
from tests.benchmarks.plain_sqlite import PlainSqlite
from tests.benchmarks.scale_rows import assessment, entries, fill, made

_WRITERS = 8
_WRITE_S = 4.0
_QUESTIONS: dict[str, tuple[IncidentQuery, int]] = {
    "list page": (IncidentQuery(), 200),
    "filtered: active, high": (
        IncidentQuery(statuses=(IncidentStatus.ACTIVE,), severities=(Severity.HIGH,)),
        100,
    ),
    "filtered: one camera, violence": (IncidentQuery(camera_id="CAM_07", types=("violence",)), 100),
    "text search, common word": (IncidentQuery(text="orange tries a door"), 12),
    "text search, rare words": (IncidentQuery(text="near the fence for 111 s"), 12),
}
_STATISTICS = "statistics"
_WRITES = "durable incidents a second, 8 writers"
_ROWS = [*list(_QUESTIONS), _STATISTICS]


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--measure", choices=("ours", "sqlite"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure = _measure_ours if given.measure == "ours" else _measure_sqlite
        _say("TOLD" + json.dumps(measure(given.folder)))
        return
    with tempfile.TemporaryDirectory() as scratch:
        run(given.folder or Path(scratch), [int(size) for size in given.sizes.split(",")])


def run(folder: Path, sizes: list[int]) -> dict[int, dict[str, dict[str, Any]]]:
    """All sizes, each in a folder of its own; what was measured, by size and side."""
    told: dict[int, dict[str, dict[str, Any]]] = {}
    for size in sizes:
        began = time.perf_counter()
        place = folder / str(size)
        place.mkdir(parents=True, exist_ok=True)
        peer = PlainSqlite(place / "plain.sqlite")
        fill(place, peer, size)
        peer.close()
        _note(f"{size:,} incidents after {time.perf_counter() - began:.0f} s")
        told[size] = {side: _ask_process(side, place) for side in ("ours", "sqlite")}
        _note(json.dumps({size: told[size]}))
    _print_table(told)
    return told


def _ask_process(side: str, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", __spec__.name if __spec__ else "", "--measure", side]
    done = subprocess.run(
        [*command, "--folder", str(folder)], stdout=subprocess.PIPE, text=True, check=True
    )
    told: dict[str, Any] = json.loads(done.stdout.partition("TOLD")[2])
    return told


def _measure_ours(folder: Path) -> dict[str, Any]:
    now, loop = datetime.now(UTC), asyncio.new_event_loop()
    began = time.perf_counter()
    store = IncidentStore(folder)
    first = loop.run_until_complete(store.find(IncidentQuery(limit=1)))
    restart_s = time.perf_counter() - began
    last = first.incidents[0].timestamp
    told: dict[str, Any] = {"incidents": first.total, "restart_s": restart_s}
    for name, (query, times) in _QUESTIONS.items():
        told[name] = _time(times, _asking(loop, store, query))
    told[_STATISTICS] = _time(100, lambda: loop.run_until_complete(store.statistics()))
    number = int(first.incidents[0].id.removeprefix("incident_"))

    async def write(key: str, place: int) -> None:
        seen = assessment(number + place).model_copy(update={"captured_at": last})
        await store.record(seen, None, key)

    told[_WRITES] = _write_together(f"{now}", write)
    loop.run_until_complete(store.find(IncidentQuery()))
    memory = psutil.Process().memory_info()
    told["memory_mb"] = memory.rss / 2**20
    os._exit(_tell(told))  # as a kill would: the next start finds a tail that is not merged


def _tell(told: dict[str, Any]) -> int:
    _say("TOLD" + json.dumps(told))
    return 0


def _measure_sqlite(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    peer = PlainSqlite(folder / "plain.sqlite")
    total, incidents = peer.find(IncidentQuery(limit=1))
    told: dict[str, Any] = {"incidents": total, "restart_s": time.perf_counter() - began}
    for name, (query, times) in _QUESTIONS.items():
        told[name] = _time(min(times, 30), partial(peer.find, query))
    told[_STATISTICS] = _time(10, lambda: peer.statistics(datetime.now(UTC)))
    number = int(incidents[0].id.removeprefix("incident_"))
    taken = iter(range(number + 1, 10**9))

    async def write(_: str, __: int) -> None:
        peer.insert([made(entries(next(taken))[:1])])

    told[_WRITES] = _write_together("", write)
    told["memory_mb"] = psutil.Process().memory_info().rss / 2**20
    peer.close()
    return told


def _time(times: int, ask: Callable[[], object]) -> dict[str, float]:
    """Milliseconds; the first answer is not counted."""
    ask()
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append(1000 * (time.perf_counter() - began))
    took.sort()
    return {"p50": took[len(took) // 2], "p99": took[int(len(took) * 0.99)]}


def _asking(
    loop: asyncio.AbstractEventLoop, store: IncidentStore, query: IncidentQuery
) -> Callable[[], object]:
    return lambda: loop.run_until_complete(store.find(query))


def _write_together(run_id: str, write: Callable[[str, int], Awaitable[None]]) -> float:
    counts = [0] * _WRITERS
    give_up_at = time.perf_counter() + _WRITE_S

    async def work(writer: int) -> None:
        while time.perf_counter() < give_up_at:
            counts[writer] += 1
            await write(f"{run_id}-{writer}-{counts[writer]}", counts[writer])

    threads = [
        threading.Thread(target=asyncio.run, args=(work(writer),)) for writer in range(_WRITERS)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - began)


def _print_table(told: dict[int, dict[str, dict[str, Any]]]) -> None:
    sizes = list(told)
    _say(f"| p50 (p99), ms; ours / plain SQLite | {' | '.join(f'{size:,}' for size in sizes)} |")
    _say("|---|" + "---|" * len(sizes))
    for name in _ROWS:
        cells = [
            " / ".join(_spread(told[size][side][name]) for side in told[size]) for size in sizes
        ]
        _say(f"| {name} | {' | '.join(cells)} |")
    for name, digits in ((_WRITES, 0), ("restart_s", 2), ("memory_mb", 0)):
        cells = [
            " / ".join(f"{told[size][side][name]:,.{digits}f}" for side in told[size])
            for size in sizes
        ]
        _say(f"| {name} | {' | '.join(cells)} |")
    most, least = told[sizes[-1]], told[sizes[0]]
    _say("\n| what must hold at the largest size | limit | measured |\n|---|---|---|")
    for name in _ROWS:
        ratio = most["sqlite"][name]["p50"] / most["ours"][name]["p50"]
        limit = "> 1" if name.startswith(("filtered", _STATISTICS)) else ""
        _say(f"| {name}: times faster than SQLite, p50 | {limit} | {ratio:.1f} |")
    growth = most["ours"]["list page"]["p50"] / least["ours"]["list page"]["p50"]
    _say(f"| list page: growth from the smallest size, p50 | <= 3 | {growth:.2f} |")
    _say(f"| restart to the first answer, s | < 5 | {most['ours']['restart_s']:.2f} |")
    _say(f"| memory of the store, MB | < 1,500 | {most['ours']['memory_mb']:,.0f} |")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _note(line: str) -> None:
    sys.stderr.write(f"{line}\n")


def _spread(took: dict[str, float]) -> str:
    return f"{took['p50']:.1f} ({took['p99']:.1f})"


if __name__ == "__main__":
    main()
