"""The IncidentStore as its own process."""

from actors.incident_store import IncidentStore
from aegis.log import configure_logging
from aegis.settings import Settings


class StoreActor(IncidentStore):
    """Built from settings, with the process's log set up; otherwise the store itself."""

    def __init__(self, settings: Settings) -> None:
        configure_logging(settings.log_level)
        super().__init__(settings.data_dir, settings.timezone)

    async def ask_vault(self, method: str, *arguments: object) -> object:
        """What the vault's method of this name answers."""
        return await getattr(self.vault, method)(*arguments)
