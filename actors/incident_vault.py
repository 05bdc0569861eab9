"""What keeps incidents trustworthy: holds, proofs, room for pictures."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import datetime
from typing import TypeVar

from aegis.domain.incident import HoldRequest, Incident
from aegis.domain.proof import ProofHead
from data.change import HoldPlaced, HoldReleased
from data.commands import SetHold
from data.evidence import EvidenceFolder
from data.group_commit import GroupCommit
from data.journal import Journal
from data.proof import ProofOffice

_Answer = TypeVar("_Answer")


class IncidentVault:
    """The methods of `aegis.ports.Vault` over the store's own journal, pictures and threads."""

    def __init__(
        self,
        journal: Journal,
        evidence: EvidenceFolder,
        commits: GroupCommit,
        readers: Executor,
        clock: Callable[[], datetime],
    ) -> None:
        self._commits = commits
        self._readers = readers
        self._proofs = ProofOffice(journal, evidence.read, clock)

    async def set_hold(self, incident_id: str, request: HoldRequest, key: str) -> Incident:
        """Place a legal hold or release it; once for each key. Raises IncidentNotFound."""
        change = (
            HoldPlaced(reason=request.reason, placed_by=request.by)
            if request.is_held
            else HoldReleased(released_by=request.by)
        )
        return await asyncio.wrap_future(self._commits.submit(SetHold(incident_id, change, key)))

    async def proof_head(self, tree_size: int | None = None) -> ProofHead:
        """The journal in one hash, now or when it had so many records."""
        return await self._read(lambda: self._proofs.head(tree_size))

    async def evidence_zip(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """Everything about an incident, to be verified offline; raises IncidentNotFound."""
        return await self._read(lambda: self._proofs.issue(incident_id, tree_size))

    async def _read(self, question: Callable[[], _Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._readers, question)
