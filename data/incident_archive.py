"""Takes closed days out of the view and into the archive, and reads them there."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import structlog

from aegis.domain.incident import OPEN_STATUSES, Incident
from aegis.errors import AegisError
from data.archive_folder import ArchiveDamaged, ArchiveFolder
from data.archive_mark import DayArchived
from data.archive_tables import (
    tabulate_actions,
    tabulate_history,
    tabulate_incidents,
    tabulate_statistics,
)
from data.batch import Batch
from data.commands import Command
from data.fold import fold_all
from data.incident_id import incident_number, make_incident_id
from data.incident_views import IncidentViews
from data.journal import Journal

_OPEN = sorted(OPEN_STATUSES)
_DAYS_AT_HAND = 4
_log = structlog.get_logger(__name__)
Submit = Callable[[Command[Any]], Any]
"""Commits a command and gives its answer, durable."""


@dataclass(frozen=True, slots=True)
class MarkDay:
    """Say in the journal that a day's file stands for its incidents.

    up_to_seq: the record up to which the file knows the journal. Who was touched since, and
    who is touched by a command that waits beside this one, stays in the view.
    """

    journal: Journal
    day: date
    numbers: tuple[int, ...]
    sha256: str
    up_to_seq: int

    def decide(self, batch: Batch) -> int:
        """How many incidents are in the archive from now on."""
        touched = set(batch.incidents)
        seq = self.up_to_seq
        while rows := self.journal.read(seq):
            touched |= {row.incident_id for row in rows}
            seq = rows[-1].seq
        kept = [it for it in self.numbers if make_incident_id(it) not in touched]
        mark = DayArchived.of(self.day, kept, self.sha256)
        batch.mark(self.day.isoformat(), mark, f"archive:{self.day}:{self.sha256}:{seq}")
        return len(kept)


class IncidentArchive:
    """`ArchivedRecords` for the views, and what fills it. Any thread.

    A damaged file is named, put aside and written anew from the journal; meanwhile the
    views read the journal itself, so an answer is late at worst, and never wrong.
    """

    def __init__(self, folder: ArchiveFolder, journal: Journal) -> None:
        self.folder = folder
        self._journal = journal
        self._days: OrderedDict[date, dict[int, str]] = OrderedDict()
        self._lock = threading.Lock()
        self._damaged: set[date] = set()

    @property
    def damaged_days(self) -> set[date]:
        """Days whose file was found damaged and is not written anew yet."""
        return set(self._damaged)

    def records(self, day: date, numbers: Sequence[int]) -> dict[int, str]:
        """Records as JSON by number; those that cannot be read are left out."""
        with self._lock:
            try:
                known = self._read(day)
            except ArchiveDamaged as error:
                _log.error("archive_damaged", file=error.path, reason=error.message)
                self._damaged.add(day)
                self._quarantine(error)
                return {}
            except AegisError as error:
                _log.error("archive_unavailable", reason=error.message)
                return {}
        return {number: known[number] for number in numbers if number in known}

    def archive_closed(self, views: IncidentViews, submit: Submit, before: date) -> int:
        """Move every closed day before this one; how many incidents went."""
        moment = datetime.combine(before, time())
        rows = views.ask("archivable_days", before=moment, open_statuses=_OPEN)
        days = {day for (day,) in rows} | self.damaged_days | self._outdated(views)
        return sum(self.archive_day(day, views, submit) for day in sorted(days))

    def archive_day(self, day: date, views: IncidentViews, submit: Submit) -> int:
        """Write a day anew: what was archived of it before, and what was closed since."""
        up_to_seq = self._journal.head_seq
        rows = views.ask("archivable_of_day", day=day, open_statuses=_OPEN)
        incidents = self._whole(day, rows)
        sha256 = self._write(day, incidents)
        with self._lock:
            self._days.pop(day, None)
            self._damaged.discard(day)
        numbers = tuple(incident_number(it.id) or 0 for it in incidents)
        moved = int(submit(MarkDay(self._journal, day, numbers, sha256, up_to_seq)))
        _log.info("day_archived", day=day.isoformat(), incidents=moved)
        return moved

    def _outdated(self, views: IncidentViews) -> set[date]:
        """Days whose file has incidents that were deleted or touched since."""
        in_view = dict(views.ask("archived_days"))
        outdated = set()
        for day in self.folder.days("incidents"):
            try:
                rows = sum(file.rows for file in self.folder.files("incidents", day))
            except ArchiveDamaged:
                rows = -1
            if rows != in_view.get(day, 0):
                outdated.add(day)
        return outdated | (in_view.keys() - self.folder.days("incidents"))

    def _whole(self, day: date, rows: Sequence[tuple[int, str | None]]) -> list[Incident]:
        """From the view, the day's file, or else the journal."""
        archived = [number for number, record in rows if record is None]
        known = self.records(day, archived) if archived else {}
        whole = (
            Incident.model_validate_json(text)
            if (text := record or known.get(number))
            else fold_all(row.entry for row in self._journal.history(make_incident_id(number)))
            for number, record in rows
        )
        return [incident for incident in whole if incident]

    def _write(self, day: date, incidents: Sequence[Incident]) -> str:
        history = [row for it in incidents for row in self._journal.history(it.id)]
        self.folder.replace("history", day, tabulate_history(history))
        self.folder.replace("actions", day, tabulate_actions(incidents))
        self.folder.replace("statistics", day, tabulate_statistics(incidents))
        written = self.folder.replace("incidents", day, tabulate_incidents(incidents))
        return written.sha256 if written else ""

    def _read(self, day: date) -> dict[int, str]:
        """A day's records; the last few days stay at hand, those that still have their files."""
        if day in self._days:
            self._days.move_to_end(day)
            return self._days[day]
        known: dict[int, str] = {}
        for table in self.folder.read("incidents", day, ["number", "record"]):
            known |= zip(table["number"].to_pylist(), table["record"].to_pylist(), strict=True)
        self._days[day] = known
        if len(self._days) > _DAYS_AT_HAND:
            self._days.popitem(last=False)
        return known

    def _quarantine(self, error: ArchiveDamaged) -> None:
        try:
            self.folder.quarantine(error.path)
        except AegisError as failure:
            _log.error("archive_not_quarantined", file=error.path, reason=failure.message)


def closed_before(now: datetime, days: int) -> date:
    """The first day that is too young for the archive."""
    return (now.astimezone(UTC) - timedelta(days=days)).date()
