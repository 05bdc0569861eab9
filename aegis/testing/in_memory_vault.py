"""A vault over a store that forgets everything when the process ends."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from aegis.domain.incident import HoldRequest, Incident, IncidentQuery
from aegis.domain.proof import ProofHead
from aegis.domain.question import ExportForm, SqlAnswer
from aegis.errors import ServiceUnavailable, ValidationFailed
from aegis.ports import Store
from aegis.testing.in_memory_store import InMemoryStore


class InMemoryVault:
    """`Vault` by shape. It has no journal, so its proofs prove nothing; their form is real.

    Over another store than an InMemoryStore it answers ServiceUnavailable.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    async def set_hold(
        self, incident_id: str, request: HoldRequest, key: str, request_digest: str | None = None
    ) -> Incident:
        """Once for each key."""
        return await self._kept().set_hold(incident_id, request, key, request_digest)

    async def proof_head(self, tree_size: int | None = None) -> ProofHead:
        """Of a journal with one record."""
        if tree_size not in {None, 1}:
            raise ValidationFailed("The journal has 1 records", {"field": "tree_size"})
        nothing = hashlib.sha256().hexdigest()
        now = datetime.now(UTC)
        return ProofHead(tree_size=1, root=nothing, head_hash=nothing, timestamp=now)

    async def evidence_zip(self, incident_id: str, tree_size: int | None = None) -> bytes:
        """The incident's record and pictures."""
        await self.proof_head(tree_size)
        incident = await self._kept().get(incident_id)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("incident.json", incident.model_dump_json())
            for path in incident.pictures:
                name = path.rsplit("/", 1)[-1]
                archive.writestr(f"pictures/{name}", await self._kept().read_evidence(path))
        return buffer.getvalue()

    async def export(self, query: IncidentQuery, form: ExportForm) -> AsyncIterator[bytes]:
        """JSON Lines, whatever the form: the others need a database."""
        del form
        page = await self._kept().find(query.model_copy(update={"limit": 1000}))
        for incident in page.incidents:
            yield f"{incident.model_dump_json()}\n".encode()

    async def sql(self, question: str) -> SqlAnswer:
        """There is no database."""
        raise ServiceUnavailable("This store has no database", {"asked": question[:100]})

    def _kept(self) -> InMemoryStore:
        if not isinstance(self._store, InMemoryStore):
            raise ServiceUnavailable("This store has no vault")
        return self._store
