"""Runs a changed policy over history: Ray tasks over the archived days."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

from actors.replay_job import ReplayJob, plan_jobs, rules_of
from aegis.domain.incident import Incident, IncidentQuery
from aegis.domain.simulation import ReplayedDay, SimulationReport, SimulationRequest
from aegis.errors import ConfigurationError, ValidationFailed
from aegis.ports import Store
from aegis.settings import Settings
from aegis.site_file import load_site
from policies.threat.assess import version_of

RunJobs = Callable[[Sequence[ReplayJob]], Awaitable[list[ReplayedDay]]]
"""Runs jobs wherever there is room, and gives their days in order."""


class Simulator:
    """`aegis.ports.Simulator` by shape.

    The policy in force is the one of the settings' files. run: how jobs are run.
    """

    def __init__(self, settings: Settings, store: Store, run: RunJobs) -> None:
        self._settings = settings
        self._store = store
        self._run = run

    async def simulate(self, request: SimulationRequest) -> SimulationReport:
        """Raises ValidationFailed for a policy that is none, with line and column."""
        if request.first_day > request.last_day:
            raise ValidationFailed("first_day is after last_day", {"field": "first_day"})
        span = (request.first_day, request.last_day)
        site = load_site(self._settings.site_file)
        rules = (read_rules(self._settings.rules_file), request.policy.encode())
        try:
            compiled = [await asyncio.to_thread(rules_of, text, "policy") for text in rules]
        except ConfigurationError as error:
            raise ValidationFailed(error.message, {"field": "policy"}) from error
        jobs = plan_jobs(self._settings.archive_place, span, site, rules)
        days = await self._run(jobs)
        incidents = await find_incidents(self._store, span)
        before, after = (version_of(site, it) for it in compiled)
        return SimulationReport.of(days, incidents, (before, after), span)


def read_rules(path: Path | None) -> bytes:
    """The rules in this file, or the shipped ones, as they are written."""
    return (path or Path(str(files("policies.threat") / "rules.yaml"))).read_bytes()


async def find_incidents(store: Store, span: tuple[date, date]) -> list[Incident]:
    """Every incident that happened in these days."""
    begin = datetime.combine(span[0], time(), tzinfo=UTC)
    end = datetime.combine(span[1] + timedelta(days=1), time(), tzinfo=UTC)
    query = IncidentQuery(from_date=begin, to_date=end - timedelta(microseconds=1), limit=1000)
    found: list[Incident] = []
    while True:
        page = await store.find(query)
        found += page.incidents
        if page.next_cursor is None:
            return found
        query = query.model_copy(update={"cursor": page.next_cursor})
