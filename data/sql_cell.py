"""The process in which somebody else's SQL runs: no files, no network, little of everything.

Run as `python -m data.sql_cell FOLDER` with the question as JSON on standard input; the
answer is JSON on standard output. When time is up it ends itself, whatever DuckDB is at,
which was seen to go on for minutes after it was interrupted; the kernel's limit on CPU time
and whoever started it stand behind.
"""

import json
import math
import os
import resource
import sys
import threading
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

_ADDRESS_SPACE = 4 * 2**30
_MOST_BYTES = 16 * 2**20
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 1,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "python_enable_replacements": False,
    "temp_directory": "",
}
TIMED_OUT = 75
"""How the process ends when its time is up."""
_ALLOWED = frozenset({duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN})


def main() -> None:
    """Read the question, answer, end."""
    question = json.load(sys.stdin)
    _confine(question["timeout_s"])
    try:
        answer = answer_question(Path(sys.argv[1]), question)
    except (duckdb.Error, MemoryError, ValueError, pa.ArrowException) as error:
        lines = str(error).strip().splitlines() or ["it needs too much memory"]
        answer = {"error": lines[0][:500]}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()
    # The timer must not wait for its time now.
    os._exit(0)


def _confine(timeout_s: float) -> None:
    """What DuckDB's own limits let through, the clock and the kernel do not."""
    threading.Timer(timeout_s, os._exit, (TIMED_OUT,)).start()
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime + timeout_s) + 1
    for limit, value in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def answer_question(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    """The answer over a folder of Arrow files; raises ValueError and what DuckDB raises."""
    connection = duckdb.connect(
        ":memory:", config={**_CONFIG, "memory_limit": f"{question['memory_mb']}MB"}
    )
    for file in sorted(folder.glob("*.arrow")):
        with pa.memory_map(str(file)) as source:
            connection.register(file.stem, pa.ipc.open_file(source).read_all())
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    statements = connection.extract_statements(question["sql"])
    if len(statements) != 1 or statements[0].type not in _ALLOWED:
        raise ValueError("One SELECT is allowed, and nothing else")
    start = time.perf_counter()
    cursor = connection.execute(statements[0])
    described = cursor.description or []
    rows = _first_rows(cursor, question["max_rows"] + 1)
    elapsed_ms = round(1000 * (time.perf_counter() - start))
    return {
        "columns": [str(column[0]) for column in described],
        "types": [str(column[1]) for column in described],
        "rows": _bounded([list(map(_plain, row)) for row in rows[: question["max_rows"]]]),
        "is_cut": len(rows) > question["max_rows"],
        "elapsed_ms": elapsed_ms,
    }


def _first_rows(cursor: duckdb.DuckDBPyConnection, count: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    batches: Any = cursor.to_arrow_reader(count)
    for batch in batches:
        columns: list[list[Any]] = [column.to_pylist() for column in batch.columns]
        rows += list(zip(*columns, strict=True))
        if len(rows) >= count:
            break
    return rows[:count]


def _bounded(rows: list[list[Any]]) -> list[list[Any]]:
    size = 0
    for row in rows:
        size += len(json.dumps(row))
        if size > _MOST_BYTES:
            raise ValueError("The answer is too large: select less")
    return rows


def _plain(value: Any) -> Any:
    """A value that JSON has."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return str(value)


if __name__ == "__main__":
    main()
