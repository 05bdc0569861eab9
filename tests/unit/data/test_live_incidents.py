"""The cache of incidents that may still change."""

from collections.abc import Callable
from typing import Any

from aegis.domain.assessment import Assessment
from data.live_incidents import LiveIncidents


def test_it_stays_small_and_folds_what_it_let_go(
    memory: Any, make_assessment: Callable[..., Assessment]
) -> None:
    for _ in range(20):
        memory.record(make_assessment(grouping_key=None))
    live = LiveIncidents(memory.journal, capacity=3)
    incidents = [live.get(f"incident_{number}") for number in range(1, 21)]
    assert all(incidents)
    at_hand = [live.peek(f"incident_{number}") for number in range(1, 21)]
    assert at_hand == [None] * 17 + incidents[17:]
    assert live.get("incident_1") == incidents[0]
    live.clear()
    assert live.peek("incident_1") is None
    assert live.get("incident_99") is None
