"""Keys that are bound to cameras: whose frames they may send, and how many a second."""

import time

from starlette.types import Scope

from aegis.api.exchange import exchange_of
from aegis.api.limits import RateLimits, refuse_over_limit
from aegis.errors import Forbidden

_WINDOW_S = 10


class CameraGate:
    """Holds a caller's frames to its key's cameras and their rates.

    A rate is counted in windows of ten seconds over all replicas: 5 a second are 50 in ten.
    """

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits

    async def admit(self, scope: Scope, camera_id: str | None) -> None:
        """Raises Forbidden for another camera or none, RateLimitExceeded for too many frames."""
        exchange = exchange_of(scope)
        caller = exchange.caller
        if caller is None or not caller.cameras:
            return
        rates = dict(caller.cameras)
        if camera_id not in rates:
            raise Forbidden(
                "This key may send frames of its own cameras only: name one as metadata.camera_id",
                {"field": "metadata.camera_id"},
            )
        rate = rates[camera_id]
        if rate is None:
            return
        name = f"{caller.name}/{camera_id}"
        allowance = await self._limits.take_of(name, max(1, round(rate * _WINDOW_S)), _WINDOW_S)
        if not allowance.is_granted:
            exchange.headers.update(allowance.headers(time.time()))
            refuse_over_limit(allowance, f"frames of {camera_id}")
