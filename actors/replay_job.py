"""One day under two policies; the unit of work of a replay, for any process."""

from dataclasses import dataclass
from datetime import date

from actors.replay import replay
from actors.replay_policy import ReplayPolicy, rules_of
from aegis.domain.observation import Observation
from aegis.domain.simulation import Replayed, ReplayedDay
from aegis.domain.site import Site
from data.archive_folder import ArchiveDamaged, ArchiveFolder
from data.observation_archive import DATASET, read_observations
from policies.threat.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """What a process needs to replay a day; before and after: the policies to compare."""

    archive: str
    day: date
    site: Site
    before: ReplayPolicy
    after: ReplayPolicy


def run_job(job: ReplayJob) -> ReplayedDay:
    """Both policies over the day's observations; a damaged day is told, not guessed."""
    try:
        observations = list(read_observations(ArchiveFolder(job.archive), job.day))
    except ArchiveDamaged as error:
        return ReplayedDay(day=job.day, damaged=error.message)
    return ReplayedDay(
        day=job.day,
        before=_replay(observations, job.site, job.before),
        after=_replay(observations, job.site, job.after),
    )


def plan_jobs(
    archive: str, span: tuple[date, date], site: Site, policies: tuple[ReplayPolicy, ReplayPolicy]
) -> list[ReplayJob]:
    """A job for every archived day from the first to the last."""
    days = ArchiveFolder(archive).days(DATASET)
    return [ReplayJob(archive, day, site, *policies) for day in days if span[0] <= day <= span[1]]


def _replay(observations: list[Observation], site: Site, policy: ReplayPolicy) -> Replayed:
    return replay(observations, site, rules_of(policy.rules, "policy"), Thresholds(policy.learned))
