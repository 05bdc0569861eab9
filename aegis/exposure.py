"""Who could call a server with these settings, and whether that can be meant."""

from aegis.errors import ConfigurationError
from aegis.key_file import read_keys, utc_now
from aegis.settings import Settings

_REMEDY = "set API_KEY or make a key with `aegis keys create`"


def require_safe_exposure(settings: Settings) -> None:
    """For a start: raises ConfigurationError when anybody could call from outside.

    Also when a key is required and there is none, and when the key file is broken.
    """
    now = utc_now()
    is_in_file = any(key.state_at(now) == "valid" for key in read_keys(settings.keys_path))
    has_key = settings.api_key is not None or is_in_file
    if settings.require_api_key and not has_key:
        raise ConfigurationError(
            f"REQUIRE_API_KEY is true, but API_KEY is not set and {settings.keys_path} holds no "
            f"valid key: {_REMEDY}"
        )
    refuse_open_door(settings, demands_key=has_key and settings.require_api_key is not False)


def refuse_open_door(settings: Settings, *, demands_key: bool) -> None:
    """Raises ConfigurationError for an address beyond loopback at which no key is demanded."""
    if not (demands_key or settings.is_loopback or settings.insecure):
        raise ConfigurationError(
            f"host {settings.host} can be reached from outside and no key is demanded: {_REMEDY}, "
            "listen on 127.0.0.1, or start with --insecure (AEGIS_INSECURE=true)"
        )
