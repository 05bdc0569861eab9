"""Keeps the views near the end of the journal while nobody asks."""

import threading

import structlog

from aegis.errors import AegisError
from data.view_file import ViewFile

_PERIOD_S = 0.5
_WORTH_IT = 500
"""So many records are cheaper folded together than one by one."""
_log = structlog.get_logger(__name__)


class ViewFollower:
    """One thread; so the first question after a busy hour is answered at once."""

    def __init__(self, views: ViewFile) -> None:
        self._views = views
        self._is_stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="view-follower", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End, after what is being folded."""
        self._is_stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_stopped.wait(_PERIOD_S):
            if self._views.lag < _WORTH_IT:
                continue
            try:
                self._views.ask()
            except AegisError as error:
                _log.warning("views_do_not_follow", reason=str(error))
