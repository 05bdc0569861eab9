"""The least that can push one event to many sockets: Starlette, one process, a queue a socket.

`python -m tests.benchmarks.bare_broadcast PORT`. `POST /publish` sends `{seq, timestamp}` to every
socket of `/ws/analysis`.
"""

import asyncio
import itertools
import sys
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket


def create_bare_app() -> Starlette:
    """No key, no filter, no backlog, no slow reader dropped."""
    queues: set[asyncio.Queue[str]] = set()
    numbers = itertools.count(1)

    async def publish(request: Request) -> Response:
        await request.body()
        moment = datetime.now(UTC).isoformat()
        text = (
            f'{{"type":"analysis_result","seq":{next(numbers)},"timestamp":"{moment}",'
            '"data":{"incident":false,"type":"normal","severity":"low","confidence":95.0,'
            f'"timestamp":"{moment}","incident_id":null,"camera_id":"CAM_01"}}}}'
        )
        for queue in queues:
            queue.put_nowait(text)
        return JSONResponse({})

    async def serve(socket: WebSocket) -> None:
        queue: asyncio.Queue[str] = asyncio.Queue()
        await socket.accept()
        queues.add(queue)
        try:
            while True:
                await socket.send_text(await queue.get())
        finally:
            queues.discard(queue)

    return Starlette(
        routes=[
            Route("/publish", publish, methods=["POST"]),
            WebSocketRoute("/ws/analysis", serve),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(create_bare_app(), port=int(sys.argv[1]), log_level="warning")
