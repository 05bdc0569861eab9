"""A watch from its first frame to its summary."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from aegis.api.schemas import IncidentAnswer
from aegis.cli.connection import connect, find_server
from aegis.cli.frame_sender import FrameSender, pace
from aegis.cli.frame_source import FrameSource, open_source
from aegis.cli.incident_board import IncidentBoard
from aegis.cli.incident_table import tabulate_incidents
from aegis.cli.terminal import open_messages, open_output
from aegis.client.aegis_client import AegisClient
from aegis.client.retry import Retry
from aegis.domain.value import to_utc
from aegis.errors import AegisError, IncidentNotFound


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
    """Whether every frame was analysed; raises AegisError when it cannot go on."""
    source, messages = open_source(order.source), open_messages()
    retry = Retry(sleep=lambda seconds: _wait(messages, seconds))
    with connect(url, api_key, retry) as client:
        health = client.health()
        if health.status != "healthy":
            messages.print(f"[yellow]Aegis is {health.status}:[/] {health.components}")
        camera = order.camera or source.name
        sender = FrameSender(
            client, camera, order.location, _first_time(order, source), lambda: datetime.now(UTC)
        )
        board = IncidentBoard()
        try:
            _send_all(order, source, sender, board, messages)
        finally:
            _summarise(client, sender, board, find_server(url, api_key)[0])
    return not sender.tally.failed


def _first_time(order: WatchOrder, source: FrameSource) -> datetime | None:
    if order.start is not None:
        return to_utc(order.start)
    count = source.count(order.fps)
    return None if source.is_live else datetime.now(UTC) - timedelta(seconds=(count or 0) / order.fps)


def _send_all(
    order: WatchOrder,
    source: FrameSource,
    sender: FrameSender,
    board: IncidentBoard,
    messages: Console,
) -> None:
    """Until the source ends, or Ctrl-C."""
    frames = source.frames(order.fps)
    if order.realtime and not source.is_live:
        frames = pace(frames)
    try:
        with _live_view(board, source.count(order.fps), messages) as (progress, task, refresh):
            for outcome in sender.send(frames):
                if isinstance(outcome, AegisError):
                    messages.print(f"[red]A frame failed:[/] {escape(outcome.message)}")
                else:
                    board.note(outcome)
                rate = f"{sender.tally.frames_per_second:.1f} frames/s"
                progress.update(task, advance=1, rate=rate)
                refresh()
    except KeyboardInterrupt:
        messages.print("Stopped.")


@contextmanager
def _live_view(
    board: IncidentBoard, total: int | None, messages: Console
) -> Iterator[tuple[Progress, TaskID, "_Refresh"]]:
    progress = Progress(
        TextColumn("Watching"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}")
    )
    task = progress.add_task("frames", total=total, rate="")
    if not messages.is_terminal:
        yield progress, task, lambda: None
        return
    with Live(console=messages, auto_refresh=False, transient=True) as live:

        def refresh() -> None:
            live.update(Group(board.tabulate(), progress), refresh=True)

        yield progress, task, refresh
