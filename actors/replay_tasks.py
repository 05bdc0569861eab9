"""Replay jobs as Ray tasks."""

import asyncio
from collections.abc import Sequence

import ray
from ray.exceptions import RayError, RayTaskError

from actors.replay_job import ReplayJob, run_job
from aegis.domain.simulation import Progress, ReplayedDay
from aegis.errors import AegisError, ServiceUnavailable


async def run_as_tasks(jobs: Sequence[ReplayJob], progress: Progress) -> list[ReplayedDay]:
    """A task for each day, half a CPU each, tried again when a process dies."""
    task = ray.remote(run_job).options(num_cpus=0.5, max_retries=2)
    done = 0

    async def follow(job: ReplayJob) -> ReplayedDay:
        nonlocal done
        day: ReplayedDay = await asyncio.wrap_future(task.remote(job).future())
        done += 1
        progress(done, len(jobs))
        return day

    try:
        return list(await asyncio.gather(*map(follow, jobs)))
    except RayTaskError as error:
        if isinstance(error.cause, AegisError):
            raise error.cause from error
        raise
    except RayError as error:
        raise ServiceUnavailable("The replay was interrupted; try again") from error
