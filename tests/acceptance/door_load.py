"""Crowds at the door: more calls than allowed, and bodies that never end."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

RATE_HEADERS = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


@dataclass(frozen=True, slots=True)
class Crowd:
    """What became of many calls within one minute; took_s: for all of them."""

    answers: tuple[httpx.Response, ...]
    took_s: float

    @property
    def statuses(self) -> Counter[int]:
        """How many of each."""
        return Counter(answer.status_code for answer in self.answers)


def call_often(url: str, path: str, calls: int, at_once: int = 50) -> Crowd:
    """So many GETs, at so many a time, begun and ended within one window of the limit."""
    return asyncio.run(_call_often(url + path, calls, at_once))


async def _call_often(address: str, calls: int, at_once: int) -> Crowd:
    await asyncio.sleep(_until_a_minute_has_time(calls))
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    turn = asyncio.Semaphore(at_once)
    async with httpx.AsyncClient(limits=limits, timeout=60) as client:

        async def call() -> httpx.Response:
            async with turn:
                return await client.get(address)

        begun = time.perf_counter()
        answers = await asyncio.gather(*(call() for _ in range(calls)))
        return Crowd(tuple(answers), time.perf_counter() - begun)


def _until_a_minute_has_time(calls: int) -> float:
    """Seconds to wait, so that the calls fit into what is left of the clock's minute."""
    left = 60 - time.time() % 60
    return left + 0.5 if left < min(50, 4 + calls / 50) else 0.0


@dataclass(frozen=True, slots=True)
class Siege:
    """How `/health` answered while bodies were held back.

    ends: the status line of every held request, once its time was up; empty: cut off.
    """

    health_s: tuple[float, ...]
    ends: tuple[str, ...]

    def percentile(self, share: float) -> float:
        """Of the time that `/health` took, seconds."""
        ordered = sorted(self.health_s)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def besiege(
    url: str, bodies: int, for_s: float, headers: Sequence[str] = (), wait_for_ends_s: float = 0
) -> Siege:
    """Send so many half bodies and leave them, ask `/health` meanwhile, one call a time."""
    return asyncio.run(_besiege(url, bodies, for_s, headers, wait_for_ends_s))


async def _besiege(
    url: str, bodies: int, for_s: float, headers: Sequence[str], wait_s: float
) -> Siege:
    address = urlsplit(url)
    place = (address.hostname or "", address.port or 80)
    lines = ("POST /api/analyze HTTP/1.1", "Host: aegis", "Content-Length: 1000", *headers)
    half = "\r\n".join((*lines, "", '{"image": "')).encode() + b"A" * 400
    connections = [await asyncio.open_connection(*place) for _ in range(bodies)]
    for _, writer in connections:
        writer.write(half)
    health_s = await _watch_health(url, for_s)
    ends = await asyncio.gather(*(_end_of(reader, wait_s) for reader, _ in connections))
    for _, writer in connections:
        writer.close()
    return Siege(tuple(health_s), tuple(ends))


async def _watch_health(url: str, for_s: float) -> list[float]:
    took: list[float] = []
    async with httpx.AsyncClient(timeout=60) as client:
        end = time.perf_counter() + for_s
        while time.perf_counter() < end:
            begun = time.perf_counter()
            answer = await client.get(url + "/health")
            took.append(time.perf_counter() - begun)
            assert answer.status_code == 200
    return took


async def _end_of(reader: asyncio.StreamReader, wait_s: float) -> str:
    try:
        line = await asyncio.wait_for(reader.readline(), max(wait_s, 0.01))
    except (TimeoutError, ConnectionError):
        return ""
    return line.decode("latin-1").strip()
