"""`aegis site`: the description of cameras and zones, checked and drawn."""

from pathlib import Path
from typing import Annotated

import typer

site = typer.Typer(no_args_is_help=True, help="Check the site file, and draw what it says.")
SiteFile = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="The site file.", show_default="AEGIS_SITE_FILE"),
]
SiteOption = Annotated[
    Path | None, typer.Option("--site", help="The site file.", show_default="AEGIS_SITE_FILE")
]


@site.command()
def check(file: SiteFile = None) -> None:
    """Show what is understood of the site file, or every mistake in it with its place.

    The exit code is 2 when there is a mistake.
    """
    from aegis.cli.site_table import describe_site, tabulate_cameras  # noqa: PLC0415
    from aegis.cli.terminal import open_output  # noqa: PLC0415 - keeps --help fast
    from aegis.site_file import load_site  # noqa: PLC0415

    described = load_site(_site_path(file))
    output = open_output()
    output.print(describe_site(described))
    output.print(tabulate_cameras(described))


@site.command()
def draw(
    camera: Annotated[str, typer.Argument(help="The camera's id in the site file.")],
    image: Annotated[Path, typer.Argument(help="A frame of that camera, JPEG or PNG.")],
    *,
    out: Annotated[
        Path | None, typer.Option(help="Where the drawing goes, JPEG or PNG.", show_default=False)
    ] = None,
    file: SiteOption = None,
) -> None:
    """Draw zones, tripwires and privacy polygons over a frame, with a legend.

    Without --out the drawing goes beside the frame, as IMAGE-zones.png.
    """
    from aegis.cli.site_picture import draw_camera  # noqa: PLC0415 - keeps --help fast
    from aegis.cli.terminal import open_output  # noqa: PLC0415
    from aegis.site_file import load_site  # noqa: PLC0415

    target = out or image.with_name(f"{image.stem}-zones.png")
    draw_camera(load_site(_site_path(file)), camera, image, target)
    open_output().print(str(target), soft_wrap=True)


def _site_path(given: Path | None) -> Path:
    """The file that was named, else the one of the settings."""
    from aegis.errors import ConfigurationError  # noqa: PLC0415
    from aegis.settings import load_settings  # noqa: PLC0415

    path = given or load_settings().site_file
    if path is None:
        raise ConfigurationError("No site file is set: name one, or set AEGIS_SITE_FILE")
    return path
