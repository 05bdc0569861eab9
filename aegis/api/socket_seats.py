"""How many sockets a caller may have open, counted over all ingress replicas."""

import asyncio
import uuid
from collections import Counter
from contextlib import suppress

import structlog

from aegis.errors import AegisError
from aegis.ports import Limits

_CONFIRM_EVERY_S = 10.0
_log = structlog.get_logger(__name__)


class SocketSeats:
    """The seats of this replica; opening and closing a socket tells the common count.

    What is held is confirmed every 10 seconds, so the common count outlives the Coordinator and
    forgets a replica that died. While nobody keeps it, this replica's own count decides.
    """

    def __init__(
        self, limits: Limits, most: int, confirm_every_s: float = _CONFIRM_EVERY_S
    ) -> None:
        self._limits = limits
        self._most = most
        self._confirm_every_s = confirm_every_s
        self._replica = uuid.uuid4().hex
        self._held: Counter[str] = Counter()
        self._confirming: asyncio.Task[None] | None = None

    async def take(self, caller: str) -> bool:
        """One more seat for this caller; False when all its seats are taken."""
        self._held[caller] += 1
        if await self._tell({caller: self._held[caller]}, caller) > self._most:
            await self.give_back(caller)
            return False
        if self._confirming is None or self._confirming.done():
            self._confirming = asyncio.create_task(self._confirm())
        return True

    async def give_back(self, caller: str) -> None:
        """The socket is closed."""
        self._held[caller] -= 1
        left = self._held[caller]
        self._held += Counter()
        await self._tell({caller: left}, caller)

    async def stop(self) -> None:
        """Confirm nothing any more."""
        if self._confirming is not None:
            self._confirming.cancel()
            with suppress(asyncio.CancelledError):
                await self._confirming

    async def _tell(self, seats: dict[str, int], caller: str) -> int:
        try:
            return (await self._limits.seat(self._replica, seats))[caller]
        except AegisError as error:
            _log.warning("seats_not_counted", error=type(error).__name__)
            return self._held[caller]

    async def _confirm(self) -> None:
        while self._held:
            await asyncio.sleep(self._confirm_every_s)
            with suppress(AegisError):
                await self._limits.seat(self._replica, dict(self._held))
