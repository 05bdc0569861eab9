"""A rebuild of the views that goes on behind the callers' backs."""

import math
import threading
import time
from collections.abc import Callable

import structlog

from aegis.errors import ServiceUnavailable

_LOUD_EVERY_S = 2.0
_MOST_PATIENCE_S = 60
_log = structlog.get_logger(__name__)


class ViewBuild:
    """One thread that builds and tells how far it is.

    work: does it, and calls `tell`; then: is called when it is over, however it ended.
    """

    def __init__(self, work: Callable[["ViewBuild"], None], then: Callable[[], None]) -> None:
        self._work = work
        self._then = then
        self._began = self._told = time.monotonic()
        self._first: int | None = None
        self._done, self._last = 0, 0
        self._is_stopped = threading.Event()
        self._is_over = threading.Event()
        self._has_failed = False
        self._thread = threading.Thread(target=self._run, name="view-build", daemon=True)
        self._thread.start()

    @property
    def is_stopped(self) -> bool:
        """Whether the work should end early."""
        return self._is_stopped.is_set()

    def tell(self, seq: int, last_seq: int) -> None:
        """Say that records up to `seq` are folded, of `last_seq`; the log hears of it too."""
        if self._first is None:
            self._first, self._began = seq, time.monotonic()
        self._done, self._last = seq, last_seq
        if time.monotonic() - self._told > _LOUD_EVERY_S:
            self._told = time.monotonic()
            _log.warning("views_rebuilding", record=seq, last=last_seq, seconds_left=self._left_s())

    def not_yet(self) -> ServiceUnavailable:
        """What whoever asks now is told."""
        share = f" ({100 * self._done // self._last} % done)" if self._last else ""
        patience_s = max(1, min(self._left_s(), _MOST_PATIENCE_S))
        return ServiceUnavailable(
            f"The incidents cannot be read yet: their views are being rebuilt{share}",
            {"retry_after_s": patience_s},
        )

    def wait(self) -> None:
        """Until it is over; raises ServiceUnavailable when nothing came of it."""
        self._is_over.wait()
        if self._has_failed:
            raise ServiceUnavailable("The views could not be rebuilt; the log says why")

    def stop(self) -> None:
        """End early, and wait for it."""
        self._is_stopped.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            self._work(self)
        except Exception:  # noqa: BLE001 the next question begins another build
            self._has_failed = True
            _log.exception("views_not_rebuilt")
        finally:
            self._then()
            self._is_over.set()

    def _left_s(self) -> int:
        folded = self._done - (self._first or 0)
        if folded <= 0:
            return 1
        return math.ceil((self._last - self._done) * (time.monotonic() - self._began) / folded)
