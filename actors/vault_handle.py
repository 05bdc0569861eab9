"""The vault of the one IncidentStore, over its handle."""

from collections.abc import AsyncIterator
from typing import cast

from actors.handles import StoreHandle
from aegis.domain.incident import HoldRequest, Incident, IncidentQuery
from aegis.domain.proof import ProofHead
from aegis.domain.question import ExportForm, SqlAnswer


class VaultHandle:
    """`aegis.ports.Vault` by shape."""

    def __init__(self, store: StoreHandle) -> None:
        self._store = store

    async def set_hold(
        self, incident_id: str, request: HoldRequest, key: str, request_digest: str | None = None
    ) -> Incident:
        """Place a legal hold or release it; once for each key."""
        answer = await self._store.ask_vault("set_hold", incident_id, request, key, request_digest)
        return cast(Incident, answer)

    async def proof_head(self, tree_size: int | None = None) -> ProofHead:
        """The journal in one hash."""
        return cast(ProofHead, await self._store.ask_vault("proof_head", tree_size))

    async def evidence_zip(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """Everything about an incident, to be verified offline."""
        answer = await self._store.ask_vault("evidence_zip", incident_id, tree_size)
        return cast(bytes, answer)

    async def export(self, query: IncidentQuery, form: ExportForm) -> AsyncIterator[bytes]:
        """All matches in pieces, newest first."""
        async for piece in self._store.stream_from_vault("export", query, form):
            yield cast(bytes, piece)

    async def sql(self, question: str) -> SqlAnswer:
        """The answer to one SELECT."""
        return cast(SqlAnswer, await self._store.ask_vault("sql", question))
