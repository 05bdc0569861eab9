"""A look at the whole journal behind the store's back, once after every start."""

import threading
import time
from pathlib import Path

import structlog

from aegis.errors import AegisError
from data.journal import Journal

_SHARE = 0.2
"""Of one core's time, so that nobody waits for it."""
_CHUNK = 1000
_PATIENCE_S = 2.0
_log = structlog.get_logger(__name__)


class JournalCheck:
    """One thread that computes the chain again and looks at every page and index.

    What is read is checked anyway; this finds what nobody has asked for yet. `damage` says
    what was found, and stays.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_stopped = threading.Event()
        self.damage: str | None = None
        self._thread = threading.Thread(target=self._run, name="journal-check", daemon=True)
        self._thread.start()

    def wait(self) -> None:
        """Until everything was looked at."""
        self._thread.join()

    def stop(self) -> None:
        """End early; a look at the indexes that is under way ends with the process."""
        self._is_stopped.set()
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        try:
            journal = Journal(self._path)
        except AegisError as error:
            self._note(str(error))
            return
        try:
            self._look(journal)
        finally:
            journal.close()

    def _look(self, journal: Journal) -> None:
        began = time.monotonic()
        for verdict in journal.verify_slowly(_CHUNK):
            if not verdict.is_intact:
                self._note(f"record {verdict.broken_at}: {verdict.reason}")
            if self._is_stopped.wait((time.monotonic() - began) * (1 / _SHARE - 1)):
                return
            began = time.monotonic()
        if damage := journal.find_damage():
            self._note(damage)

    def _note(self, damage: str) -> None:
        self.damage = self.damage or f"The journal is damaged: {damage}"
        _log.error("journal_damaged", reason=damage)
