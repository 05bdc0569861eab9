"""Many sockets that listen, in a process of their own, and what they heard.

`python -m tests.benchmarks.socket_crowd URL SOCKETS EVENTS`. Prints `ready` when all are open, then
one line of JSON when each has heard EVENTS events, or nothing came for 10 seconds.
"""

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

_SILENCE_S = 10.0
_OPENED_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Heard:
    """delivered: events over all sockets; disordered: sockets that heard one out of order.

    latency in ms, from the event's own timestamp to its arrival in the client.
    """

    sockets: int
    delivered: int
    expected: int
    disordered: int
    p50_ms: float
    p99_ms: float


async def listen(url: str, sockets: int, events: int) -> Heard:
    """Open all, say so, listen until all is heard."""
    gate = asyncio.Semaphore(_OPENED_AT_ONCE)
    latencies: list[float] = []
    opened = await asyncio.gather(*(_open(url, gate) for _ in range(sockets)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    orders = await asyncio.gather(*(_hear(socket, events, latencies) for socket in opened))
    counted = np.array(latencies or [float("nan")])
    return Heard(
        sockets,
        len(latencies),
        sockets * events,
        sum(not in_order for in_order in orders),
        *(round(float(value), 1) for value in np.percentile(counted, (50, 99))),
    )


async def _open(url: str, gate: asyncio.Semaphore) -> ClientConnection:
    async with gate:
        return await connect(url, max_queue=None, open_timeout=60)


async def _hear(socket: ClientConnection, events: int, latencies: list[float]) -> bool:
    """Whether all came in order; each event's latency is noted."""
    last, in_order, count = 0, True, 0
    try:
        while count < events:
            text = await asyncio.wait_for(socket.recv(), _SILENCE_S)
            now = time.time()
            message = json.loads(text)
            if message["type"] != "analysis_result":
                continue
            latencies.append(
                1000 * (now - datetime.fromisoformat(message["timestamp"]).timestamp())
            )
            in_order = in_order and message["seq"] > last
            last, count = message["seq"], count + 1
    except (TimeoutError, ConnectionClosed):
        return in_order
    await socket.close()
    return in_order


if __name__ == "__main__":
    heard = asyncio.run(listen(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
    sys.stdout.write(json.dumps(asdict(heard)))
