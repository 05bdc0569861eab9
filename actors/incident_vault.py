"""What keeps incidents trustworthy and answers questions: holds, proofs, exports, SQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeVar

from aegis.domain.incident import HoldRequest, Incident, IncidentQuery
from aegis.domain.proof import ProofHead
from aegis.domain.question import ExportForm, SqlAnswer
from data.change import HoldPlaced, HoldReleased
from data.commands import SetHold
from data.evidence import EvidenceFolder
from data.export import export_incidents
from data.group_commit import GroupCommit
from data.incident_archive import IncidentArchive
from data.incident_views import IncidentViews
from data.journal import Journal
from data.proof import ProofOffice
from data.sql_desk import SqlDesk

_Answer = TypeVar("_Answer")


class IncidentVault:
    """The methods of `aegis.ports.Vault` over the store's own journal, pictures and threads."""

    def __init__(
        self,
        journal: Journal,
        evidence: EvidenceFolder,
        views: IncidentViews,
        archive: IncidentArchive,
        commits: GroupCommit,
        readers: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._commits = commits
        self._readers = readers
        self._views = views
        self._sql = SqlDesk(views.find, archive.folder, lambda: journal.head_seq)
        self._proofs = ProofOffice(journal, evidence.read, clock)

    async def set_hold(
        self, incident_id: str, request: HoldRequest, key: str, request_digest: str | None = None
    ) -> Incident:
        """Place a legal hold or release it; once for each key. Raises IncidentNotFound."""
        change = (
            HoldPlaced(reason=request.reason, placed_by=request.by)
            if request.is_held
            else HoldReleased(released_by=request.by)
        )
        command = SetHold(incident_id, change, key, request_digest)
        return await asyncio.wrap_future(self._commits.submit(command))

    async def proof_head(self, tree_size: int | None = None) -> ProofHead:
        """The journal in one hash, now or when it had so many records."""
        return await self._read(lambda: self._proofs.head(tree_size))

    async def evidence_zip(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """Everything about an incident, to be verified offline; raises IncidentNotFound."""
        return await self._read(lambda: self._proofs.issue(incident_id, tree_size))

    async def export(self, query: IncidentQuery, form: ExportForm) -> AsyncIterator[bytes]:
        """All matches in pieces, newest first."""
        pieces = export_incidents(self._views.find, query, form)
        while (piece := await self._read(lambda: next(pieces, None))) is not None:
            yield piece

    async def sql(self, question: str) -> SqlAnswer:
        """The answer to one SELECT; raises BadRequest when it is wrong or takes too much."""
        return await asyncio.to_thread(self._sql.ask, question)

    def close(self) -> None:
        """Remove what was made for questions."""
        self._sql.close()

    async def _read(self, question: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._readers, question)
