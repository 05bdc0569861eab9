"""The demonstration: clip, server, watch, what there is to look at."""

import time
from contextlib import AbstractContextManager, nullcontext
from importlib.resources import files
from pathlib import Path

from aegis.cli.connection import find_server
from aegis.cli.terminal import open_messages
from aegis.cli.watch_run import WatchOrder, run_watch
from aegis.client.server_process import answers, server_process
from aegis.settings import Settings
from aegis.testing.scenes.visits import render_clip
from aegis.testing.video_file import write_mp4

DEMO_SITE = Path(str(files("aegis.cli"))) / "demo_site.yaml"
CAMERA = "demo-visits"
_FPS = 5.0
# The clip is sent as fast as it is judged, far above what a caller without a key may ask.
_REQUESTS_PER_MINUTE = "60000"


def run_demo(
    settings: Settings, url: str | None, api_key: str | None, exit_after_s: float | None
) -> None:
    """Until Ctrl-C, or so many seconds after the watch; raises AegisError."""
    messages = open_messages()
    clip = settings.data_dir / "demo" / f"{CAMERA}.mp4"
    if not clip.exists():
        messages.print("Rendering the clip ...")
        _render(clip)
    address, key = find_server(url, api_key)
    is_running = address != find_server(None, None)[0] or answers(address)
    if not is_running:
        messages.print(f"Starting Aegis at {address} ...")
    with nullcontext() if is_running else _start(settings, address, key):
        order = WatchOrder(str(clip), camera=CAMERA, fps=_FPS)
        run_watch(order, address, key)
        if is_running:
            messages.print("Aegis was running already: incidents depend on the site it was given.")
        else:
            _tell_where(settings, address)
            _stay(exit_after_s)


def _render(clip: Path) -> None:
    clip.parent.mkdir(parents=True, exist_ok=True)
    unfinished = clip.with_suffix(".part.mp4")
    write_mp4(unfinished, (frame.image for frame in render_clip("visits", fps=_FPS)), _FPS)
    unfinished.replace(clip)


def _start(settings: Settings, address: str, key: str | None) -> AbstractContextManager[object]:
    given = {
        "AEGIS_SITE_FILE": str(DEMO_SITE),
        "AEGIS_DATA_DIR": str(settings.data_dir),
        "AEGIS_REQUESTS_PER_MINUTE": _REQUESTS_PER_MINUTE,
    }
    if key:
        given["API_KEY"] = key
    return server_process(address, given, settings.data_dir / "demo" / "serve.log")


def _tell_where(settings: Settings, address: str) -> None:
    messages = open_messages()
    messages.print(f"Evidence  {settings.data_dir / 'evidence'}")
    messages.print(f"Console   {address}/console")
    messages.print(f"API       {address}/docs")


def _stay(exit_after_s: float | None) -> None:
    """Keep the server up so that people can look around."""
    open_messages().print("Aegis stays up; Ctrl-C ends it.")
    try:
        time.sleep(exit_after_s if exit_after_s is not None else 10**8)
    except KeyboardInterrupt:
        open_messages().print("Aegis is stopping ...")
