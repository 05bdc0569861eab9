"""Rate limits without a hop for every request: leases, used up in the replica."""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from aegis.api.caller import Caller
from aegis.errors import RateLimitExceeded
from aegis.ports import Limits
from aegis.settings import Settings

WINDOW_S = 60
_MOST_CALLERS = 10_000


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left in this window of `window_s` seconds; resets_at: epoch seconds."""

    is_granted: bool
    limit: int
    remaining: int
    resets_at: float
    window_s: int = WINDOW_S

    def headers(self, now: float) -> dict[str, str]:
        """The document's three, and `Retry-After` when nothing is left."""
        told = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": str(math.ceil(self.resets_at)),
        }
        if not self.is_granted:
            told["Retry-After"] = str(max(1, math.ceil(self.resets_at - now)))
        return told


class RateLimits:
    """Counts the calls of everybody who calls this replica, never over the common limit.

    A lease is a twentieth of the limit and shrinks as the window's rest does, so that little
    of it lies unused in replicas that the caller no longer meets.
    """

    def __init__(
        self, limits: Limits, settings: Settings, clock: Callable[[], float] = time.time
    ) -> None:
        self._limits = limits
        self._limit = settings.requests_per_minute
        self._keyed_limit = settings.keyed_requests_per_minute
        self._now = clock
        self._accounts: OrderedDict[str, _Account] = OrderedDict()

    async def take(self, caller: Caller) -> Allowance:
        """Count one call; raises ServiceUnavailable when nobody can say how many are left."""
        default = self._keyed_limit if caller.has_key else self._limit
        return await self.take_of(caller.name, caller.requests_per_minute or default, WINDOW_S)

    async def take_of(self, name: str, limit: int, window_s: int) -> Allowance:
        """Count one of at most `limit` under this name in each window of so many seconds."""
        account = self._account(name)
        async with account.one_at_a_time:
            if account.granted == 0 or self._now() >= account.resets_at:
                await self._renew(account, name, limit, window_s)
            is_granted = account.granted > 0
            account.granted -= is_granted
        remaining = account.granted + account.elsewhere
        return Allowance(is_granted, limit, remaining, account.resets_at, window_s)

    async def _renew(self, account: "_Account", name: str, limit: int, window_s: int) -> None:
        is_over = self._now() >= account.resets_at
        if not is_over and account.elsewhere == 0:
            return
        rest = limit if is_over else account.elsewhere
        wanted = max(1, min(limit // 20, rest // 4))
        lease = await self._limits.lease(name, limit, window_s, wanted)
        account.granted, account.elsewhere = lease.granted, lease.remaining
        account.resets_at = lease.resets_at

    def _account(self, name: str) -> "_Account":
        account = self._accounts.setdefault(name, _Account())
        self._accounts.move_to_end(name)
        if len(self._accounts) > _MOST_CALLERS:
            self._accounts.popitem(last=False)
        return account


@dataclass(slots=True)
class _Account:
    """granted: still ours to use; elsewhere: what the others had left when we last asked."""

    granted: int = 0
    elsewhere: int = 0
    resets_at: float = 0.0
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)


def refuse_over_limit(allowance: Allowance, what: str = "requests") -> None:
    """Raises RateLimitExceeded when nothing was granted."""
    if not allowance.is_granted:
        raise RateLimitExceeded(
            f"{allowance.limit} {what} in {allowance.window_s} seconds are allowed; "
            "wait before retrying",
            {"limit": allowance.limit, "reset": math.ceil(allowance.resets_at)},
        )
