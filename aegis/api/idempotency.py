"""The same key and body give the same answer; another body under it is refused."""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from aegis.api.exchange import exchange_of
from aegis.errors import ValidationFailed

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
_SANE_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_MOST_ANSWERS = 4_096


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Under which key an effect is kept, once for all replicas.

    digest: of the body, when the key is the caller's own; kept with the effect, so that every
    replica knows, after restarts too, whether the same body comes again.
    """

    text: str
    digest: str | None = None


Work = Callable[[RequestKey], Awaitable[str]]
"""Does it, once for the key, and answers JSON."""


class Idempotency:
    """Remembers this replica's last 4,096 answers that were given under a key.

    That is a short way only. What holds in every replica and after a restart is what the store
    keeps with the effect: the key and the digest of the body.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[str, _Answer] = OrderedDict()

    async def answer(self, request: Request, body: bytes, work: Work) -> Response:
        """Do the work once for each key; without a key, do it."""
        key = request.headers.get(HEADER)
        if key is None:
            return _json(await work(RequestKey(exchange_of(request.scope).own_key)))
        if not _SANE_KEY.fullmatch(key):
            raise _refusal(f"{HEADER} should be 1 to 255 visible ASCII characters")
        return await self._once(_kept_key(request, key), sha256(body).hexdigest(), work)

    async def _once(self, kept_key: str, digest: str, work: Work) -> Response:
        known = self._answers.setdefault(kept_key, _Answer(digest))
        self._answers.move_to_end(kept_key)
        if len(self._answers) > _MOST_ANSWERS:
            self._answers.popitem(last=False)
        if known.digest != digest:
            raise _refusal(f"This {HEADER} was used with another body")
        async with known.one_at_a_time:
            if known.json is not None:
                return _json(known.json, {REPLAYED: "true"})
            known.json = await self._try(RequestKey(kept_key, digest), work)
        return _json(known.json)

    async def _try(self, key: RequestKey, work: Work) -> str:
        try:
            return await work(key)
        except BaseException:
            self._answers.pop(key.text, None)
            raise


@dataclass(slots=True)
class _Answer:
    digest: str
    json: str | None = None
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)


def _kept_key(request: Request, key: str) -> str:
    """Apart for each route, incident and caller, so that no key meets another's."""
    caller = exchange_of(request.scope).caller
    domain = caller.trust_domain if caller else "anonymous"
    return sha256(f"{request.url.path}\n{domain}\n{key}".encode()).hexdigest()


def _json(content: str, headers: dict[str, str] | None = None) -> Response:
    return Response(content, headers=headers, media_type="application/json")


def _refusal(message: str) -> ValidationFailed:
    details = {"field": HEADER, "received_type": "string", "expected_format": "one key, one body"}
    return ValidationFailed(message, details)
