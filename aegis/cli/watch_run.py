"""A watch from its first frame to its summary."""

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console

from aegis.api.schemas import IncidentAnswer
from aegis.cli.connection import connect, find_server
from aegis.cli.frame_sender import FrameSender, Tally, pace
from aegis.cli.frame_source import FrameSource, open_source
from aegis.cli.incident_board import IncidentBoard
from aegis.cli.incident_table import tabulate_incidents
from aegis.cli.terminal import open_messages, open_output
from aegis.cli.watch_view import WatchView
from aegis.client.aegis_client import AegisClient
from aegis.client.retry import Retry
from aegis.domain.value import to_utc
from aegis.errors import AegisError


@dataclass(frozen=True, slots=True)
class WatchOrder:
    """What somebody wants watched; see `aegis watch --help`."""

    source: str
    camera: str | None = None
    location: str | None = None
    fps: float = 5.0
    realtime: bool | None = None
    start: datetime | None = None


def run_watch(order: WatchOrder, url: str | None, api_key: str | None) -> bool:
    """Whether every frame was analysed; raises AegisError when it cannot go on.

    However it ends, by the source, by Ctrl-C or by an error, the summary is printed.
    """
    source, messages = open_source(order.source), open_messages()
    view = WatchView(messages, source.count(order.fps))

    def wait(seconds: float) -> None:
        view.tell_wait(seconds)
        time.sleep(seconds)

    with connect(url, api_key, Retry(sleep=wait)) as client:
        _check_health(client, messages)
        camera, starts_at = order.camera or source.name, _first_time(order, source)
        sender = FrameSender(client, camera, order.location, starts_at)
        try:
            with view:
                _send_all(order, source, sender, view)
        except KeyboardInterrupt:
            messages.print("Stopped.")
        finally:
            _summarise(client, sender.tally, view.board, find_server(url, api_key)[0])
    return not sender.tally.failed


def _check_health(client: AegisClient, messages: Console) -> None:
    """Say at once that nobody answers, and go on with a warning when something ails."""
    health = client.health()
    if health.status != "healthy":
        ailing = {name: state for name, state in health.components.items() if state != "ok"}
        messages.print(f"[yellow]Aegis is {health.status}:[/] {ailing}")


def _first_time(order: WatchOrder, source: FrameSource) -> datetime | None:
    """Of a recording without a given start: so long ago that its last frame is now."""
    if source.is_live:
        return None
    if order.start is not None:
        return to_utc(order.start)
    length_s = (source.count(order.fps) or 0) / order.fps
    return datetime.now(UTC) - timedelta(seconds=length_s)


def _send_all(order: WatchOrder, source: FrameSource, sender: FrameSender, view: WatchView) -> None:
    frames = source.frames(order.fps)
    for outcome in sender.send(pace(frames) if order.realtime and not source.is_live else frames):
        view.show(outcome, sender.tally)


def _summarise(client: AegisClient, tally: Tally, board: IncidentBoard, url: str) -> None:
    output = open_output()
    failed = f", {tally.failed} failed" if tally.failed else ""
    output.print(
        f"{tally.sent} frames analysed{failed}, {tally.frames_per_second:.1f} frames/s, "
        f"{len(board.seen)} incidents"
    )
    if not board.seen:
        return
    kept = list(_fetch(client, (it.id for it in board.seen)))
    output.print(tabulate_incidents(kept) if kept else board.tabulate())
    for it in kept:
        if it.evidence_path:
            output.print(f"{it.id}: {url}{it.evidence_path}", soft_wrap=True)


def _fetch(client: AegisClient, ids: Iterable[str]) -> Iterable[IncidentAnswer]:
    """The incidents as the server keeps them; those it cannot tell of are left out."""
    with suppress(AegisError):
        for incident_id in ids:
            yield client.incident(incident_id)
