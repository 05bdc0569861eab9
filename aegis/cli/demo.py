"""`aegis demo`: everything at once, on footage that is rendered here."""

from pathlib import Path
from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption


def demo(
    url: UrlOption = None,
    api_key: KeyOption = None,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where clip, journal and evidence go.", show_default="var")
    ] = None,
    exit_after: Annotated[
        float | None,
        typer.Option(
            min=0, metavar="SECONDS", help="End by itself, for tests.", show_default=False
        ),
    ] = None,
) -> None:
    """Render a clip of three visits, start Aegis, watch the clip, show the incidents.

    A server that answers already is used as it is, and left running. Otherwise one is started
    with a site whose marked area is restricted, and kept until Ctrl-C.
    """
    from aegis.cli.demo_run import run_demo  # noqa: PLC0415 - keeps --help fast
    from aegis.settings import load_settings  # noqa: PLC0415

    settings = load_settings(**({} if data_dir is None else {"data_dir": data_dir}))
    run_demo(settings, url, api_key, exit_after)
