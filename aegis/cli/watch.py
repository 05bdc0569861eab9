"""`aegis watch`: sends the frames of a source to the server and tells what it finds."""

from datetime import datetime
from typing import Annotated

import typer

from aegis.cli.connection import KeyOption, UrlOption

Source = Annotated[
    str,
    typer.Argument(
        metavar="SOURCE",
        help="A video file, a folder of pictures, camera:0 or an rtsp:// address.",
    ),
]
Camera = Annotated[
    str | None,
    typer.Option(metavar="ID", help="The camera's id.", show_default="the file's name"),
]
Location = Annotated[str | None, typer.Option(help="Where the camera is.", show_default=False)]
Fps = Annotated[float, typer.Option(min=0.01, max=60, help="Frames a second.")]
RealTime = Annotated[
    bool | None,
    typer.Option(
        "--realtime/--as-fast-as-possible",
        help="At the video's own pace, or as the server keeps up.",
        show_default="fast for files",
    ),
]
Start = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="When the first frame was taken, ISO 8601, UTC unless it says otherwise.",
        show_default="so that the last frame is now",
    ),
]


def watch(
    source: Source,
    url: UrlOption = None,
    api_key: KeyOption = None,
    camera: Camera = None,
    location: Location = None,
    fps: Fps = 5.0,
    realtime: RealTime = None,
    start: Start = None,
) -> None:
    """Send frames to a running Aegis and show the incidents as they come.

    Frames keep their order and carry the video's own time, so that dwell and visits are right
    at any pace. Live sources go at real time and skip what they cannot keep up with. Ctrl-C ends
    with the summary. The exit code is 1 when frames failed.
    """
    from aegis.cli.watch_run import WatchOrder, run_watch  # noqa: PLC0415 - keeps --help fast

    order = WatchOrder(source, camera, location, fps, realtime, _parse_time(start))
    if not run_watch(order, url, api_key):
        raise typer.Exit(1)


def _parse_time(text: str | None) -> datetime | None:
    try:
        return None if text is None else datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(
            f"{text!r} is no time; write it as 2026-01-31T18:00:00Z", param_hint="--start"
        ) from error
