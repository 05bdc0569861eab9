"""The writing thread: takes whatever waits and commits it together."""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from aegis.errors import AegisError, ServiceUnavailable
from data.commands import Command
from data.incident_writer import IncidentWriter

_LARGEST_BATCH = 256
_MOST_WAITING = 4096
_PROBE_PERIOD_S = 1.0
_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Waiting:
    command: Command[Any]
    answer: Future[Any]


class GroupCommit:
    """One thread that commits; there is no timer: a commit takes what came during the last one.

    After a failure it tries the disk every second, so that it recovers without being asked.
    """

    def __init__(self, writer: IncidentWriter) -> None:
        self._writer = writer
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(_MOST_WAITING)
        self._trouble: str | None = None
        self._door = threading.Lock()
        self._is_closed = False
        self._thread = threading.Thread(target=self._run, name="incident-writer", daemon=True)
        self._thread.start()

    @property
    def trouble(self) -> str | None:
        """Why nothing can be written now; None when all is well."""
        if not self._thread.is_alive():
            return "The writing thread has ended"
        return self._trouble

    def submit(self, command: Command[_Answer]) -> Future[_Answer]:
        """The answer, once it is durable; raises ServiceUnavailable when too many wait."""
        waiting = _Waiting(command, Future())
        with self._door:
            if self._is_closed:
                raise ServiceUnavailable("The store is closed")
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                raise ServiceUnavailable("Too many writes are waiting") from None
        return waiting.answer

    def close(self) -> None:
        """Commit what waits, then end the thread."""
        with self._door:
            self._is_closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_last = False
        while not is_last:
            batch, is_last = self._take()
            if batch:
                self._commit(batch)
            elif self._trouble:
                self._probe()

    def _take(self) -> tuple[list[_Waiting], bool]:
        """What waits, perhaps nothing when it is time for a probe; and whether it is the last."""
        batch: list[_Waiting] = []
        try:
            waiting = self._queue.get(timeout=_PROBE_PERIOD_S if self._trouble else None)
            while waiting is not None:
                if waiting.answer.set_running_or_notify_cancel():
                    batch.append(waiting)
                if len(batch) >= _LARGEST_BATCH:
                    return batch, False
                waiting = self._queue.get_nowait()
        except queue.Empty:
            return batch, False
        return batch, True

    def _commit(self, batch: list[_Waiting]) -> None:
        try:
            answers = self._writer.commit([waiting.command for waiting in batch])
        except Exception as error:  # noqa: BLE001 the thread outlives whatever goes wrong
            self._note(error)
            answers = [_as_unavailable(error)] * len(batch)
        else:
            self._trouble = None
        for waiting, answer in zip(batch, answers, strict=True):
            if isinstance(answer, Exception):
                waiting.answer.set_exception(answer)
            else:
                waiting.answer.set_result(answer)

    def _probe(self) -> None:
        try:
            self._writer.probe()
        except Exception as error:  # noqa: BLE001 the next probe may succeed
            self._note(error)
        else:
            _log.warning("store_recovered", trouble=self._trouble)
            self._trouble = None

    def _note(self, error: Exception) -> None:
        if self._trouble is None:
            _log.error("store_cannot_write", exc_info=error)
        self._trouble = str(error)


def _as_unavailable(error: Exception) -> AegisError:
    if isinstance(error, ServiceUnavailable):
        return error
    unavailable = ServiceUnavailable("The store cannot write now")
    unavailable.__cause__ = error
    return unavailable
