"""The IncidentStore as its own process."""

from collections.abc import AsyncIterator

from actors.incident_store import IncidentStore
from actors.policy_files import PolicyFiles
from aegis.log import configure_logging
from aegis.settings import Settings
from data.keeping import Keeping


class StoreActor(IncidentStore):
    """Built from settings, with the process's log set up; otherwise the store itself."""

    def __init__(self, settings: Settings) -> None:
        configure_logging(settings.log_level)
        super().__init__(settings.data_dir, settings.timezone, keeping=keeping_of(settings))
        self.policies.seed(PolicyFiles.of(settings))

    async def ask_vault(self, method: str, *arguments: object) -> object:
        """What the vault's method of this name answers."""
        return await getattr(self.vault, method)(*arguments)

    async def stream_from_vault(self, method: str, *arguments: object) -> AsyncIterator[object]:
        """What the vault's method of this name yields."""
        async for piece in getattr(self.vault, method)(*arguments):
            yield piece

    async def ask_policies(self, method: str, *arguments: object) -> object:
        """What the policy registry's method of this name answers."""
        return await getattr(self.policies, method)(*arguments)


def keeping_of(settings: Settings) -> Keeping:
    """How long, where and how much is kept, as the settings say."""
    return Keeping(
        archive_uri=settings.archive_uri,
        archive_after_days=settings.archive_after_days or None,
        incident_days=settings.incident_retention_days or None,
        evidence_days=settings.evidence_retention_days or None,
        observation_days=settings.observation_retention_days or None,
        evidence_quota_bytes=settings.evidence_quota_mb * 2**20 or None,
    )
