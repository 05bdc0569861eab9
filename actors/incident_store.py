"""The store of incidents: one writer, durable before it answers."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from actors.housekeeper import Housekeeper
from actors.incident_vault import IncidentVault
from actors.policy_registry import PolicyRegistry
from actors.request_memory import RequestMemory
from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Assessment
from aegis.domain.incident import (
    CleanupRequest,
    Incident,
    IncidentPage,
    IncidentQuery,
    Recorded,
    StatusUpdate,
)
from aegis.domain.response import ActionRecord, ResponsePlan
from aegis.domain.statistics import IncidentStatistics
from aegis.errors import AegisError, ConfigurationError, IncidentNotFound
from data.archive_folder import ArchiveFolder
from data.commands import AttachPlan, Command, DeleteIncidents, RecordAction, UpdateStatus
from data.data_folder import DataFolder
from data.evidence import EvidenceFolder, incident_of
from data.frame_commands import RecallFrame, RecordFrame
from data.group_commit import GroupCommit
from data.incident_archive import IncidentArchive
from data.incident_views import IncidentViews
from data.incident_writer import IncidentWriter
from data.journal import Journal
from data.journal_check import JournalCheck
from data.keeping import Keeping
from data.live_incidents import LiveIncidents

_READERS = 2
_DELETED_AT_ONCE = 500
_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


def utc_now() -> datetime:
    """The time of day of this machine, in UTC."""
    return datetime.now(UTC)


class IncidentStore:
    """Keeps incidents, what was done about them, and their pictures, in one folder.

    vault, policies: what else is asked of it, beyond the way of a frame.

    A plain class with the methods of `aegis.ports.Store`; one at a time for a folder, in
    any process. Writes that wait together are committed together, reads run beside them.
    What it answered for outlives `kill -9` and power cuts; a call whose answer was lost is
    safe to repeat under its key.
    timezone: IANA name, for the calendar of the statistics. clock: UTC now.
    keeping: what is archived, evicted and forgotten by itself; None: nothing.
    Raises ConfigurationError when the folder is another store's or its journal is damaged.
    """

    def __init__(
        self,
        data_dir: Path,
        timezone: str = "UTC",
        clock: Callable[[], datetime] = utc_now,
        keeping: Keeping | None = None,
    ) -> None:
        self._zone = _zone(timezone)
        self._clock = clock
        self._folder = DataFolder(Path(data_dir))
        self._journal = Journal(self._folder.journal)
        self._evidence = EvidenceFolder(self._folder.evidence)
        self._live = LiveIncidents(self._journal)
        folder = ArchiveFolder((keeping and keeping.archive_uri) or str(self._folder.archive))
        archive = IncidentArchive(folder, self._journal)
        self._views = IncidentViews(self._folder.views, self._journal, archive)
        writer = IncidentWriter(self._journal, self._evidence, self._live, clock)
        self._commits = GroupCommit(writer)
        self._readers = ThreadPoolExecutor(_READERS, "incident-reader")
        self.vault = IncidentVault(
            self._journal,
            self._evidence,
            self._views,
            archive,
            self._commits,
            self._readers,
            clock,
        )
        self.housekeeper = Housekeeper(
            keeping or Keeping(), archive, self._views, self._evidence, self._commits, clock
        )
        self._requests = RequestMemory()
        self._check = JournalCheck(self._folder.journal)
        self.policies = PolicyRegistry(self._journal, self._commits, self._readers)
        self._readers.submit(self._sweep)
        self._views.follow()
        if keeping:
            self.housekeeper.start()

    async def record(
        self,
        assessment: Assessment,
        evidence: bytes | None,
        idempotency_key: str,
        strip: tuple[StripFrame, ...] = (),
        request_digest: str | None = None,
    ) -> Recorded:
        """Open an incident or extend the one this frame belongs to; once for each key."""
        given = (assessment, evidence, idempotency_key, strip, request_digest)
        return await self._commit(RecordFrame(*given))

    async def recall(self, idempotency_key: str, request_digest: str) -> Recorded | None:
        """What was recorded under this key before; raises ValidationFailed for another body.

        A key under which nothing was recorded is remembered until this process ends.
        """
        kept = await self._commit(RecallFrame(idempotency_key, request_digest))
        self._requests.claim(idempotency_key, request_digest)
        return kept

    async def attach_plan(self, incident_id: str, plan: ResponsePlan) -> Incident:
        """Keep the plan; the first one wins, unless it is for a lesser event than it is now.

        Raises IncidentNotFound.
        """
        return await self._commit(AttachPlan(incident_id, plan))

    async def update_status(
        self,
        incident_id: str,
        update: StatusUpdate,
        idempotency_key: str,
        request_digest: str | None = None,
    ) -> Incident:
        """Raises IncidentNotFound; ValidationFailed for a key of another decision."""
        given = (incident_id, update, idempotency_key, request_digest)
        return await self._commit(UpdateStatus(*given))

    async def record_action(
        self, incident_id: str, action: ActionRecord, key: str, request_digest: str | None = None
    ) -> ActionRecord:
        """Keep an outcome; a key seen before gives the outcome kept then."""
        return await self._commit(RecordAction(incident_id, action, key, request_digest))

    async def get(self, incident_id: str) -> Incident:
        """Raises IncidentNotFound."""
        incident = self._live.peek(incident_id)
        incident = incident or await self._read(lambda: self._views.get(incident_id))
        if incident is None:
            raise IncidentNotFound(f"There is no incident {incident_id}")
        return incident

    async def find(self, query: IncidentQuery) -> IncidentPage:
        """Raises ValidationFailed for a cursor that is not ours."""
        return await self._read(lambda: self._views.find(query))

    async def cleanup(self, request: CleanupRequest) -> int:
        """How many incidents were deleted, with their evidence; would be, in a dry run."""
        before = self._clock() - timedelta(days=request.days)
        ids = await self._read(
            lambda: self._views.created_before(before, keep_open=request.keep_open)
        )
        if request.dry_run:
            return len(ids)
        deleted = 0
        for start in range(0, len(ids), _DELETED_AT_ONCE):
            some = tuple(ids[start : start + _DELETED_AT_ONCE])
            deleted += await self._commit(DeleteIncidents(some, before, request.keep_open))
        return deleted

    async def statistics(self) -> IncidentStatistics:
        """Counts over all kept incidents."""
        return await self._read(lambda: self._views.statistics(self._clock(), self._zone))

    async def read_evidence(self, evidence_path: str) -> bytes:
        """The JPEG at one of an incident's paths; raises NotFound."""
        return await self._read(lambda: self._evidence.read(evidence_path))

    def health(self) -> str:
        """`ok`, or why nothing can be written now, or what is damaged; costs nothing."""
        return self._commits.trouble or self._check.damage or "ok"

    def close(self) -> None:
        """Commit what waits and let go of the folder."""
        self.housekeeper.close()
        self.vault.close()
        self._commits.close()
        self._check.stop()
        self._views.stop_building()
        self._readers.shutdown(cancel_futures=True)
        self._views.close()
        self._evidence.close()
        self._journal.close()
        self._folder.close()

    async def _commit(self, command: Command[_Answer]) -> _Answer:
        return await asyncio.wrap_future(self._commits.submit(command))

    async def _read(self, question: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._readers, question)

    def _sweep(self) -> None:
        """Open the views, and remove pictures whose incident a crash left half deleted.

        The folder is listed before the views are asked: whatever it shows by then was
        committed before.
        """
        try:
            self._views.catch_up()
            for day in self._evidence.days():
                shown = set(self._evidence.paths_of(day))
                orphans = shown - self._views.evidence_of(day)
                archived = self._views.archived_in(day)
                self._evidence.delete(it for it in orphans if incident_of(it) not in archived)
        except (AegisError, OSError):
            _log.exception("evidence_not_swept")


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"There is no time zone {name!r}: use a name such as Europe/Berlin or UTC"
        ) from error
