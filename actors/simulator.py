"""Runs a changed policy over history: Ray tasks over the archived days."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path

from actors.replay_job import ReplayJob, plan_jobs
from actors.replay_policy import PolicyInForce, ReplayPolicy
from aegis.domain.incident import Incident, IncidentQuery
from aegis.domain.policy import PolicyState
from aegis.domain.simulation import Progress, ReplayedDay, SimulationReport, SimulationRequest
from aegis.errors import ConfigurationError, ValidationFailed
from aegis.ports import Store
from aegis.settings import Settings
from aegis.site_file import load_site

RunJobs = Callable[[Sequence[ReplayJob], Progress], Awaitable[list[ReplayedDay]]]
"""Runs jobs wherever there is room, tells of each that is done, gives their days in order."""
AskState = Callable[[], Awaitable[PolicyState | None]]
"""What judges now; None when nothing is kept."""


class Simulator:
    """`aegis.ports.Simulator` by shape.

    run: how jobs are run. ask: for the policy in force; where it has none, that of the
    settings' files is.
    """

    def __init__(
        self, settings: Settings, store: Store, run: RunJobs, ask: AskState | None = None
    ) -> None:
        self._settings = settings
        self._store = store
        self._run = run
        self._ask = ask

    async def simulate(
        self, request: SimulationRequest, progress: Progress | None = None
    ) -> SimulationReport:
        """Raises ValidationFailed for a policy that is none, with line and column."""
        if request.first_day > request.last_day:
            raise ValidationFailed("first_day is after last_day", {"field": "first_day"})
        span = (request.first_day, request.last_day)
        now = await self._in_force()
        make, verdicts = ReplayPolicy.of, now.verdicts
        before = await asyncio.to_thread(make, now.rules, "policy in force", now.site, verdicts)
        try:
            asked = request.policy.encode()
            after = await asyncio.to_thread(make, asked, "policy", now.site, verdicts)
        except ConfigurationError as error:
            raise ValidationFailed(error.message, {"field": "policy"}) from error
        jobs = plan_jobs(self._settings.archive_place, span, now.site, (before, after))
        tell = progress or _tell_nobody
        tell(0, len(jobs))
        days = await self._run(jobs, tell)
        incidents = await find_incidents(self._store, span)
        return SimulationReport.of(days, incidents, (before.version, after.version), span)

    async def _in_force(self) -> PolicyInForce:
        state = await self._ask() if self._ask else None
        if state is not None:
            return PolicyInForce.of(state.policy.texts, state.verdicts)
        site = load_site(self._settings.site_file)
        return PolicyInForce(site, read_rules(self._settings.rules_file))


def _tell_nobody(done: int, of: int) -> None:
    del done, of


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
