"""The policy registry of the one IncidentStore, over its handle."""

from typing import cast

from actors.handles import StoreHandle
from aegis.domain.policy import KeptPolicy, PolicyDraft, PolicyHistory, PolicyState


class PolicyHandle:
    """The methods of `actors.policy_registry.PolicyRegistry`, from any process."""

    def __init__(self, store: StoreHandle) -> None:
        self._store = store

    async def state(self, known: str | None = None) -> PolicyState | None:
        """What judges now; None when that is what the caller knows."""
        return cast(PolicyState | None, await self._store.ask_policies("state", known))

    async def accept(self, draft: PolicyDraft) -> KeptPolicy | None:
        """The draft as a version; None when it does not follow the newest one."""
        return cast(KeptPolicy | None, await self._store.ask_policies("accept", draft))

    async def versions(self) -> PolicyHistory:
        """Every version, the newest first."""
        return cast(PolicyHistory, await self._store.ask_policies("versions"))

    async def version(self, number: int) -> KeptPolicy:
        """One version with its texts; raises NotFound."""
        return cast(KeptPolicy, await self._store.ask_policies("version", number))
