"""A watch in the terminal: bar and table while it goes on, then what remains of it."""

from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from aegis.api.schemas import AnalyzeResponse
from aegis.cli.frame_sender import Tally
from aegis.cli.incident_board import IncidentBoard
from aegis.errors import AegisError

_REPORTED_FAILURES = 5


class WatchView:
    """Redraws on every answer; without a terminal it only tells of incidents and failures."""

    def __init__(self, console: Console, total: int | None) -> None:
        self.board = IncidentBoard()
        self._console = console
        self._progress = Progress(
            TextColumn("Watching"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
        )
        self._task = self._progress.add_task("frames", total=total, rate="")
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def show(self, outcome: AnalyzeResponse | AegisError, tally: Tally) -> None:
        """One more frame was answered, or failed."""
        if isinstance(outcome, AegisError):
            self._tell_failure(outcome, tally)
        else:
            self.board.note(outcome)
            if outcome.new_incident and not self._console.is_terminal:
                self._console.print(f"{outcome.incident_id}: {escape(outcome.reasoning)}")
        rate = f"{tally.frames_per_second:.1f} frames/s"
        self._progress.update(self._task, advance=1, rate=rate)
        if self._console.is_terminal:
            self._live.update(Group(self.board.tabulate(), self._progress), refresh=True)

    def tell_wait(self, seconds: float) -> None:
        """The server asked for a pause."""
        self._console.print(f"[yellow]The server asks to wait {seconds:.0f} s.[/]")

    def _tell_failure(self, error: AegisError, tally: Tally) -> None:
        if tally.failed <= _REPORTED_FAILURES:
            self._console.print(f"[red]A frame failed:[/] {escape(error.message)}", soft_wrap=True)
        if tally.failed == _REPORTED_FAILURES:
            self._console.print("Further failures are only counted.")
