"""What the store does on the side: archive closed days, make room, forget what is too old."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog

from aegis.errors import AegisError
from data.commands import Command, DeleteIncidents, EvictEvidence
from data.evidence import EvidenceFolder
from data.evidence_quota import EvidenceQuota
from data.group_commit import GroupCommit
from data.incident_archive import IncidentArchive, closed_before
from data.incident_views import IncidentViews
from data.keeping import Keeping
from data.observation_archive import compact_observations

_AT_ONCE = 500
_PERIOD_S = 60.0
_ARCHIVE_PERIOD = timedelta(minutes=10)
_TIMEOUT_S = 120.0
_log = structlog.get_logger(__name__)


class Housekeeper:
    """Runs every minute in a thread of its own, from a minute after the start on.

    What it does goes through the journal like everything else. What fails is told in the
    log and tried again.
    """

    def __init__(
        self,
        keeping: Keeping,
        archive: IncidentArchive,
        views: IncidentViews,
        evidence: EvidenceFolder,
        commits: GroupCommit,
        clock: Callable[[], datetime],
    ) -> None:
        self._keeping = keeping
        self._archive = archive
        self._views = views
        self._evidence = evidence
        self._commits = commits
        self._clock = clock
        self._archived_at: datetime | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        """Begin with it."""
        self._thread.start()

    def close(self) -> None:
        """End the thread; what is under way is finished first."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def keep_house(self) -> None:
        """Do everything once; each step by itself, so that one that fails stops no other."""
        for step in (
            self._forget_incidents,
            self._forget_evidence,
            self._make_room,
            self._archive_days,
            self._compact_observations,
        ):
            if self._closing.is_set():
                return
            try:
                step()
            except (AegisError, OSError, TimeoutError):
                _log.exception("housekeeping_failed", step=step.__name__.strip("_"))

    def _run(self) -> None:
        while not self._closing.wait(_PERIOD_S):
            self.keep_house()

    def _submit(self, command: Command[Any]) -> Any:
        return self._commits.submit(command).result(_TIMEOUT_S)

    def _before(self, days: int) -> datetime:
        return self._clock() - timedelta(days=days)

    def _forget_incidents(self) -> None:
        days = self._keeping.incident_days
        if days is None:
            return
        before = self._before(days)
        ids = self._views.created_before(before, keep_open=True)
        for start in range(0, len(ids), _AT_ONCE):
            some = tuple(ids[start : start + _AT_ONCE])
            self._submit(DeleteIncidents(some, before, keep_open=True))

    def _forget_evidence(self) -> None:
        days = self._keeping.evidence_days
        if days is None:
            return
        before = self._before(days)
        while not self._closing.is_set():
            oldest = self._views.evictable(_AT_ONCE)
            due = tuple(incident.id for incident in oldest if incident.timestamp < before)
            if not due or not self._submit(EvictEvidence(due)):
                return

    def _make_room(self) -> None:
        limit = self._keeping.evidence_quota_bytes
        if limit is not None:
            EvidenceQuota(self._evidence, self._views, self._evict, limit).enforce()

    def _evict(self, incident_ids: tuple[str, ...]) -> int:
        return int(self._submit(EvictEvidence(incident_ids)))

    def _archive_days(self) -> None:
        days = self._keeping.archive_after_days
        if days is not None and self._is_due():
            before = closed_before(self._clock(), days)
            self._archive.archive_closed(self._views, self._submit, before)

    def _is_due(self) -> bool:
        """Every ten minutes, because it looks at every day; at once when one was damaged."""
        now = self._clock()
        if self._archived_at and now - self._archived_at < _ARCHIVE_PERIOD:
            return bool(self._archive.damaged_days)
        self._archived_at = now
        return True

    def _compact_observations(self) -> None:
        days = self._keeping.observation_days
        kept_from = None if days is None else self._before(days).date()
        compact_observations(self._archive.folder, self._clock().date(), kept_from)
