"""The way of a change to the disk."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from data.batch import Batch
from data.commands import Command
from data.evidence import EvidenceFolder
from data.incident_id import incident_number
from data.journal import Journal
from data.live_incidents import LiveIncidents


class IncidentWriter:
    """Decides commands and makes them durable together; for one thread.

    clock: UTC now, for what is recorded.
    """

    def __init__(
        self,
        journal: Journal,
        evidence: EvidenceFolder,
        live: LiveIncidents,
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._evidence = evidence
        self._live = live
        self._clock = clock
        self._is_settled = False
        self._last_number = 0
        journal.lead()
        self._settle()

    def commit(self, commands: Sequence[Command[Any]]) -> list[Any]:
        """The commands' answers in order, an exception where one was refused.

        When this returns, everything answered is on disk. Raises ServiceUnavailable when the
        disk refuses: then nothing may be answered, and what did reach the disk is found under
        its key by the caller's next try.
        """
        if not self._is_settled:
            self._settle()
        self._is_settled = False
        batch = Batch(self._journal, self._live, self._last_number, self._clock())
        answers = [_decide(command, batch) for command in commands]
        self._write(batch)
        self._is_settled = True
        return answers

    def probe(self) -> None:
        """Raises ServiceUnavailable unless the disk takes writes again."""
        self._settle()

    def _write(self, batch: Batch) -> None:
        shown, removed = batch.shown, batch.removed
        if shown:
            self._evidence.stage(shown)
        if batch.entries:
            self._journal.append(batch.entries)
        for incident_id, incident in batch.incidents.items():
            self._live.put(incident_id, incident)
        self._last_number = batch.last_number
        for picture in shown:
            self._evidence.publish(picture.sha256, picture.path)
        self._evidence.delete(removed)

    def _settle(self) -> None:
        """Bring what is at hand, what is staged and what is on disk together again.

        First of all whether this store still leads: what is staged may be its successor's.
        """
        self._is_settled = False
        self._journal.probe()
        self._live.clear()
        last = self._journal.last_opened()
        self._last_number = (incident_number(last) or 0) if last else 0
        for staged in self._evidence.staged():
            incident = self._live.get(staged.incident_id)
            shown = incident.pictures if incident else {}
            path = next(filter(staged.goes_to, shown), None)
            if path and shown[path] == staged.sha256:
                self._evidence.publish(staged.sha256, path)
            else:
                self._evidence.discard(staged)
        self._is_settled = True


def _decide(command: Command[Any], batch: Batch) -> Any:
    try:
        return command.decide(batch)
    except Exception as error:  # noqa: BLE001 one caller's mistake is not its neighbours'
        return error
