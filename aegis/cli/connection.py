"""How a command finds the server: the same two options everywhere."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from aegis.client.aegis_client import AegisClient
    from aegis.client.retry import Retry

UrlOption = Annotated[
    str | None,
    typer.Option(
        "--url",
        envvar="AEGIS_URL",
        help="Where Aegis answers; by default AEGIS_PORT on this machine.",
        show_default="http://127.0.0.1:8000",
    ),
]
KeyOption = Annotated[
    str | None,
    typer.Option(
        "--api-key",
        envvar=["API_KEY", "AEGIS_API_KEY"],
        help="The server's key; by default the one in `.env`.",
        show_default=False,
    ),
]


def connect(url: str | None, api_key: str | None, retry: "Retry | None" = None) -> "AegisClient":
    """A client for the server that the options and the settings name."""
    from aegis.client.aegis_client import AegisClient  # noqa: PLC0415 - keeps --help fast

    address, key = find_server(url, api_key)
    return AegisClient(address, key, retry=retry)


def find_server(url: str | None, api_key: str | None) -> tuple[str, str | None]:
    """Address and key: the options, else what the settings of a server here would be."""
    from aegis.settings import load_settings  # noqa: PLC0415 - keeps --help fast

    settings = load_settings()
    host = settings.host if settings.is_loopback else "127.0.0.1"
    own_key = settings.api_key.get_secret_value() if settings.api_key else None
    return (url or f"http://{host}:{settings.port}").rstrip("/"), api_key or own_key
