"""When a refused request is tried again."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

_WORTH_A_RETRY = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Retry:
    """How often, and how long at most between two attempts (seconds).

    The server's `Retry-After` decides the wait; without one it doubles from half a second.
    """

    attempts: int = 4
    longest_wait_s: float = 60.0
    sleep: Callable[[float], None] = time.sleep

    def again(self, attempt: int, answer: httpx.Response) -> bool:
        """Wait as told and say yes, or say no: attempts used up, or it would not help."""
        if answer.status_code not in _WORTH_A_RETRY:
            return False
        return self.pause(attempt, _named_wait_s(answer))

    def pause(self, attempt: int, named_s: float | None = None) -> bool:
        """Wait before the next attempt; False, at once, when there is none or it is too far."""
        wait_s = 0.5 * 2 ** (attempt - 1) if named_s is None else named_s
        if attempt >= self.attempts or wait_s > self.longest_wait_s:
            return False
        self.sleep(wait_s)
        return True


def _named_wait_s(answer: httpx.Response) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(text) if text.isascii() and text.isdigit() else None
