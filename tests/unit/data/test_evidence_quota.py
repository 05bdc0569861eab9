"""Pictures within a number of bytes."""

from collections.abc import Callable
from typing import Any

from aegis.domain.assessment import Assessment
from aegis.domain.incident import IncidentStatus, StatusUpdate
from data.change import HoldPlaced
from data.commands import EvictEvidence, SetHold, UpdateStatus
from data.evidence_quota import EvidenceQuota

Make = Callable[..., Assessment]
CLOSED = StatusUpdate(status=IncidentStatus.RESOLVED)


def quota(memory: Any, limit_bytes: int) -> EvidenceQuota:
    def evict(ids: tuple[str, ...]) -> int:
        (count,) = memory.do(EvictEvidence(ids))
        return int(count)

    return EvidenceQuota(memory.evidence, memory.views, evict, limit_bytes)


def fill(memory: Any, make: Make, count: int, *closed: int) -> list[str]:
    ids = [
        memory.record(make(number, grouping_key=None), bytes(1000)).id for number in range(count)
    ]
    for number in closed:
        memory.do(UpdateStatus(ids[number], CLOSED, f"close-{number}"))
    return ids


def with_pictures(memory: Any, ids: list[str]) -> list[int]:
    return [number for number, it in enumerate(ids) if memory.views.get(it).evidence_path]


def test_within_the_quota_nothing_goes(memory: Any, make_assessment: Make) -> None:
    fill(memory, make_assessment, 3, 0, 1, 2)
    assert quota(memory, 3000).enforce() == 0


def test_the_oldest_closed_ones_go_first_and_no_more_than_needed(
    memory: Any, make_assessment: Make
) -> None:
    ids = fill(memory, make_assessment, 6, 0, 1, 3, 4)
    assert quota(memory, 4000).enforce() == 2
    assert with_pictures(memory, ids) == [2, 3, 4, 5]
    assert memory.evidence.used_bytes() == 4000


def test_open_and_held_incidents_keep_theirs_even_over_the_quota(
    memory: Any, make_assessment: Make
) -> None:
    ids = fill(memory, make_assessment, 4, 0, 1)
    memory.do(SetHold(ids[0], HoldPlaced(), "h"))
    assert quota(memory, 0).enforce() == 1
    assert with_pictures(memory, ids) == [0, 2, 3]
