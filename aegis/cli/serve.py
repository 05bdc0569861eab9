"""`aegis serve`: the whole system on this machine."""

from pathlib import Path
from typing import Annotated

import typer


def serve(
    *,
    host: Annotated[
        str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port.", show_default="8000")
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(help="Where journal and evidence are kept.", show_default="var"),
    ] = None,
    insecure: Annotated[
        bool, typer.Option("--insecure", help="Listen beyond this machine without a key.")
    ] = False,
    site: Annotated[
        Path | None, typer.Option(help="Cameras, zones and hours (YAML).", show_default=False)
    ] = None,
) -> None:
    """Serve on this machine until Ctrl-C.

    Options win over the environment, `.env` and AEGIS_CONFIG; `aegis settings` lists all there is
    to set.
    """
    from aegis.settings import load_settings  # noqa: PLC0415 - keeps --help fast
    from deployments.local import serve_locally  # noqa: PLC0415 - imports Ray's environment

    given = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "site_file": site,
        "insecure": insecure or None,
    }
    serve_locally(load_settings(**{name: it for name, it in given.items() if it is not None}))
