"""Callers over HTTP, in processes of their own, so that they are not what is measured.

`python -m tests.benchmarks.http_load NETLOC METHOD PATH SECONDS BODY_FILE CALLERS`.
"""

import http.client
import subprocess
import sys
import threading
import time
from pathlib import Path


def requests_a_second(
    netloc: str, route: tuple[str, str], body: Path, seconds: float, callers: int
) -> float:
    """Answers a second of `callers` callers in two processes; raises when one is no 200."""
    method, path = route
    arguments = [netloc, method, path, str(seconds), str(body), str(max(1, callers // 2))]
    halves = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.http_load", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2 if callers > 1 else 1)
    ]
    said = [half.communicate()[0] for half in halves]
    if any(half.returncode for half in halves):
        raise RuntimeError(f"{method} {path} at {netloc} failed")
    return sum(map(float, said))


def _call(netloc: str, route: tuple[str, str], body: bytes, end: float, counts: list[int]) -> None:
    connection = http.client.HTTPConnection(netloc, timeout=60)
    count = 0
    while time.perf_counter() < end:
        connection.request(*route, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{answer.status}: {said[:300]!r}")
        count += 1
    counts.append(count)


def main() -> None:
    """Call until the time is over, and say how many answers came a second."""
    netloc, method, path, seconds, body_file, callers = sys.argv[1:]
    body = Path(body_file).read_bytes() if method == "POST" else b""
    counts: list[int] = []
    start = time.perf_counter()
    end = start + float(seconds)
    threads = [
        threading.Thread(target=_call, args=(netloc, (method, path), body, end, counts))
        for _ in range(int(callers))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(counts) != len(threads):
        raise SystemExit("a caller failed")
    sys.stdout.write(str(sum(counts) / (time.perf_counter() - start)))


if __name__ == "__main__":
    main()
