"""What can be asked about incidents."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.incident import (
    OPEN_STATUSES,
    Incident,
    IncidentPage,
    IncidentQuery,
    IncidentStatus,
)
from aegis.domain.statistics import IncidentStatistics
from data.archive_mark import ArchivedRecords
from data.fold import fold_all
from data.incident_id import incident_number, make_incident_id
from data.journal import Journal
from data.page_choice import PageChoice
from data.page_cursor import PageCursor
from data.view_file import ViewFile
from data.view_follower import ViewFollower
from data.view_row import to_column_time
from data.view_tally import Tally

_OPEN = sorted(OPEN_STATUSES)


class IncidentViews:
    """Lists, filters and statistics over everything the journal holds at that moment.

    Callable from any thread; answers are the same after the file was lost and rebuilt.
    Raises ServiceUnavailable when neither file nor journal can be read.
    """

    def __init__(
        self, path: Path, journal: Journal, archive: ArchivedRecords | None = None
    ) -> None:
        self._file = ViewFile(path, journal)
        self._follower: ViewFollower | None = None
        self._journal = journal
        self._archive = archive

    def catch_up(self) -> None:
        """Fold what is new, however long it takes; every question does so by itself."""
        self._file.catch_up()

    def follow(self) -> None:
        """From now on keep near the journal's end by itself, until building is stopped."""
        self._follower = ViewFollower(self._file)

    def get(self, incident_id: str) -> Incident | None:
        """The incident; None when there is none, or no more."""
        number = incident_number(incident_id)
        if number is None:
            return None
        (rows,) = self._file.ask(("get", {"number": number}))
        return next(iter(self._complete(rows)), None)

    def find(self, query: IncidentQuery) -> IncidentPage:
        """A page, newest first; raises ValidationFailed for a cursor that is not ours."""
        choice = PageChoice(query)
        total, rows = self._file.read(choice.read)
        incidents = tuple(self._complete(rows[: query.limit]))
        has_more = len(rows) > query.limit
        return IncidentPage(
            total=total,
            incidents=incidents,
            has_more=has_more,
            next_cursor=str(PageCursor.after(incidents[-1])) if has_more else None,
        )

    def statistics(self, now: datetime, zone: ZoneInfo) -> IncidentStatistics:
        """Counts over all incidents; today and this ISO week as the zone's calendar has them."""
        return self._file.read(lambda tables: _summarize(tables.tally, now, zone))

    def created_before(self, moment: datetime, *, keep_open: bool) -> list[str]:
        """Ids of the incidents under no hold recorded before a moment, oldest first."""
        parameters = {
            "created_before": to_column_time(moment),
            "keep_open": keep_open,
            "open_statuses": _OPEN,
        }
        (rows,) = self._file.ask(("created_before", parameters))
        return [make_incident_id(number) for (number,) in rows]

    def evidence_of(self, day: str) -> set[str]:
        """The paths of pictures that incidents have in one day's folder.

        Of an archived incident only the best one; `archived_in` names those incidents.
        """
        (rows,) = self._file.ask(("evidence_of_day", {"folder": f"/evidence/{day}/"}))
        return {path for (path,) in rows}

    def archived_in(self, day: str) -> set[str]:
        """Ids of the archived incidents that have pictures in one day's folder."""
        (rows,) = self._file.ask(("archived_in_folder", {"folder": f"/evidence/{day}/"}))
        return {make_incident_id(number) for (number,) in rows}

    def evictable(self, limit: int) -> list[Incident]:
        """Closed incidents under no hold that have pictures, oldest first."""
        parameters = {"open_statuses": _OPEN, "limit": limit}
        (rows,) = self._file.ask(("evictable", parameters))
        found = (self.get(make_incident_id(number)) for (number,) in rows)
        return [incident for incident in found if incident]

    def ask(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of one named query, for those of this room that keep the archive."""
        (rows,) = self._file.ask((name, parameters))
        return rows

    def stop_building(self) -> None:
        """End a long rebuild early, and follow no more; the next start goes on with it."""
        if self._follower:
            self._follower.stop()
        self._file.stop_building()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _complete(self, rows: Sequence[tuple[str | None, int, datetime]]) -> list[Incident]:
        """The whole incidents of rows, archived ones read from where they are."""
        by_day: dict[date, list[int]] = {}
        for record, number, happened_at in rows:
            if record is None:
                by_day.setdefault(happened_at.date(), []).append(number)
        archived: dict[int, str] = {}
        if self._archive:
            for day, numbers in by_day.items():
                archived |= self._archive.records(day, numbers)
        whole = (
            Incident.model_validate_json(text)
            if (text := record or archived.get(number))
            else self._fold(number)
            for record, number, _ in rows
        )
        return [incident for incident in whole if incident]

    def _fold(self, number: int) -> Incident | None:
        """From the journal itself: slower, and always there."""
        return fold_all(row.entry for row in self._journal.history(make_incident_id(number)))


def _summarize(tally: Tally, now: datetime, zone: ZoneInfo) -> IncidentStatistics:
    false_positives = tally.count(statuses=(IncidentStatus.FALSE_POSITIVE,))
    today, tomorrow, monday, next_monday = _calendar(now, zone)
    return IncidentStatistics(
        total_incidents=tally.total,
        active_incidents=tally.count(statuses=(IncidentStatus.ACTIVE,)),
        open_incidents=tally.count(statuses=_OPEN),
        incidents_today=tally.between(today, tomorrow),
        incidents_this_week=tally.between(monday, next_monday),
        incidents_by_severity=dict.fromkeys(map(str, Severity), 0) | tally.by_severity(),
        incidents_by_type=dict.fromkeys(map(str, IncidentType), 0) | tally.by_type(),
        average_confidence=round(tally.average_confidence, 2),
        false_positive_rate=round(false_positives / tally.total, 4) if tally.total else 0.0,
    )


def _calendar(now: datetime, zone: ZoneInfo) -> list[datetime]:
    """Where today and this week begin and end; local midnights, since days differ in length."""
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    days = (today, today + timedelta(days=1), monday, monday + timedelta(days=7))
    return [datetime.combine(day, time(), tzinfo=zone) for day in days]
