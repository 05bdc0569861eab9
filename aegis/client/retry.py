"""When a refused or lost request is tried again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from aegis.client.call import Call
from aegis.client.error_answer import raise_error_of
from aegis.errors import AegisError, ServiceUnavailable

_WORTH_A_RETRY = frozenset({429, 503})
_MAY_HAVE_ARRIVED = (httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and how long at most between two attempts (seconds).

    The server's `Retry-After` decides the wait; without one it doubles from half a second.
    sleep, sleep_async: how the two clients wait.
    """

    attempts: int = 4
    longest_wait_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    sleep_async: Callable[[float], Awaitable[None]] = asyncio.sleep

    def wait_s(self, attempt: int, named_s: float | None = None) -> float | None:
        """How long to wait after this attempt; None when it was the last, or it is too far."""
        wait_s = 0.5 * 2 ** (attempt - 1) if named_s is None else named_s
        return None if attempt >= self.attempts or wait_s > self.longest_wait_s else wait_s


class Attempts:
    """The attempts at one call: what to do after each that failed."""

    def __init__(self, call: Call[Any], retry: Retry, url: str) -> None:
        self._call = call
        self._retry = retry
        self._url = url
        self._made = 0

    def wait_after_refusal(self, answer: httpx.Response) -> float:
        """Seconds until the next attempt; raises the server's error when there is none."""
        self._made += 1
        wait_s = None
        if self._call.is_patient and answer.status_code in _WORTH_A_RETRY:
            wait_s = self._retry.wait_s(self._made, _named_wait_s(answer))
        if wait_s is None:
            raise_error_of(answer)
        return wait_s

    def wait_after_loss(self, error: Exception) -> float:
        """The same for a request without an answer; one that nobody heard is no reason to wait."""
        self._made += 1
        if isinstance(error, httpx.InvalidURL):
            raise AegisError(f"{self._url}{self._call.path} is no address") from error
        wait_s = None
        if self._call.is_safe_twice and isinstance(error, _MAY_HAVE_ARRIVED):
            wait_s = self._retry.wait_s(self._made)
        if wait_s is None:
            raise ServiceUnavailable(f"No answer from {self._url}: {error}") from error
        return wait_s


def _named_wait_s(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
