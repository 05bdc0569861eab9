"""The door: key and limits, decided on the headers before a body is read."""

import time
from dataclasses import dataclass
from typing import Self

from starlette.types import ASGIApp, Receive, Scope, Send

from aegis.api.access import AccessMap
from aegis.api.caller import Caller, Doorman, key_of_header
from aegis.api.exchange import exchange_of
from aegis.api.key_ring import KeyRing
from aegis.api.limits import RateLimits, refuse_over_limit
from aegis.errors import InvalidApiKey
from aegis.ports import Limits
from aegis.settings import Settings


@dataclass(frozen=True, slots=True)
class Door:
    """What decides who comes in: keys, who is who, what needs which scope, how often."""

    ring: KeyRing
    doorman: Doorman
    access: AccessMap
    limits: RateLimits

    @classmethod
    def of(cls, limits: Limits, settings: Settings) -> Self:
        """The door of one replica."""
        ring = KeyRing(settings)
        return cls(ring, Doorman(settings, ring), AccessMap(), RateLimits(limits, settings))


class DoorMiddleware:
    """Lets nobody in without the key and the scope, nor more often than allowed.

    A wrong key counts against the address it came from, so keys cannot be guessed quickly.
    """

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            access = self._door.access.find(scope["method"], scope["path"])
            exchange_of(scope).template = access.template
            if not access.is_open:
                caller = await self._admit(scope)
                caller.require(access.scope)
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> Caller:
        try:
            caller = self._door.doorman.identify(scope, key_of_header(scope))
        except InvalidApiKey:
            await self._count(scope, self._door.doorman.caller_by_address(scope))
            raise
        exchange_of(scope).caller = caller
        await self._count(scope, caller)
        return caller

    async def _count(self, scope: Scope, caller: Caller) -> None:
        if not scope["path"].startswith("/api/"):
            return
        allowance = await self._door.limits.take(caller)
        exchange_of(scope).headers.update(allowance.headers(time.time()))
        refuse_over_limit(allowance)
