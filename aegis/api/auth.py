"""The door: key and limits, decided on the headers before a body is read."""

import time

from starlette.types import ASGIApp, Receive, Scope, Send

from aegis.api.caller import Caller, Doorman, key_of_header
from aegis.api.exchange import exchange_of
from aegis.api.limits import RateLimits, refuse_over_limit
from aegis.errors import InvalidApiKey

_OPEN = frozenset({"/", "/health", "/livez", "/docs", "/redoc", "/openapi.json", "/console"})
_OPEN_BELOW = ("/docs/", "/console/")


class DoorMiddleware:
    """Lets nobody in without the key, nor more often than allowed.

    A wrong key counts against the address it came from, so keys cannot be guessed quickly.
    """

    def __init__(self, app: ASGIApp, doorman: Doorman, limits: RateLimits) -> None:
        self._app = app
        self._doorman = doorman
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http" and not _is_open(scope["path"]):
            await self._admit(scope)
        await self._app(scope, receive, send)

    async def _admit(self, scope: Scope) -> None:
        try:
            caller = self._doorman.identify(scope, key_of_header(scope))
        except InvalidApiKey:
            await self._count(scope, self._doorman.caller_by_address(scope))
            raise
        exchange_of(scope).caller = caller
        await self._count(scope, caller)

    async def _count(self, scope: Scope, caller: Caller) -> None:
        if not scope["path"].startswith("/api/"):
            return
        allowance = await self._limits.take(caller)
        exchange_of(scope).headers.update(allowance.headers(time.time()))
        refuse_over_limit(allowance)


def _is_open(path: str) -> bool:
    return path in _OPEN or path.startswith(_OPEN_BELOW)
