"""One day under two policies; the unit of work of a replay, for any process."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from aegis.domain.simulation import ReplayedDay
from aegis.domain.site import Site
from aegis.located_yaml import LocatedYaml
from data.archive_folder import ArchiveDamaged, ArchiveFolder
from data.observation_archive import DATASET, read_observations
from policies.threat.replay import replay
from policies.threat.rules import ThreatRules, compile_rules


@dataclass(frozen=True, slots=True)
class ReplayJob:
    """What a process needs to replay a day; rules as YAML, because compiled ones stay at home."""

    archive: str
    day: date
    site: Site
    rules_before: bytes
    rules_after: bytes


def run_job(job: ReplayJob) -> ReplayedDay:
    """Both policies over the day's observations; a damaged day is told, not guessed."""
    try:
        observations = list(read_observations(ArchiveFolder(job.archive), job.day))
    except ArchiveDamaged as error:
        return ReplayedDay(day=job.day, damaged=error.message)
    return ReplayedDay(
        day=job.day,
        before=replay(observations, job.site, rules_of(job.rules_before, "policy in force")),
        after=replay(observations, job.site, rules_of(job.rules_after, "new policy")),
    )


def plan_jobs(
    archive: str, span: tuple[date, date], site: Site, rules: tuple[bytes, bytes]
) -> list[ReplayJob]:
    """A job for every archived day from the first to the last."""
    days = ArchiveFolder(archive).days(DATASET)
    return [ReplayJob(archive, day, site, *rules) for day in days if span[0] <= day <= span[1]]


@lru_cache(maxsize=4)
def rules_of(source: bytes, name: str) -> ThreatRules:
    """The compiled rules; raises ConfigurationError with line and column."""
    return compile_rules(LocatedYaml(source, name))
