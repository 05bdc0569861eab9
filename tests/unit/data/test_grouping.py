"""Which frames are one incident."""

from collections.abc import Callable

import pytest

from aegis.domain.assessment import Assessment
from data.change import IncidentOpened
from data.entry import Entry
from data.fold import fold_all
from data.grouping import find_group, tells_better

Make = Callable[..., Assessment]


@pytest.mark.parametrize(
    ("known", "at", "expected"),
    [
        ([], 0, None),
        ([0], 60, 0),
        ([0], 60.001, None),
        ([0], -60, 0),
        ([0], -61, None),
        ([0, 100], 45, 0),
        ([0, 100], 55, 1),
        ([0, 100], 50, 0),
        ([0, 0], 0, 0),
    ],
)
def test_a_frame_belongs_to_the_nearest_within_the_quiet_gap(
    make_assessment: Make, known: list[float], at: float, expected: int | None
) -> None:
    incidents = []
    for number, seconds in enumerate(known):
        change = IncidentOpened(assessment=make_assessment(seconds))
        incident = fold_all([Entry.of(f"incident_{number}", make_assessment().captured_at, change)])
        assert incident is not None
        incidents.append(incident)
    found = find_group(incidents, make_assessment(at))
    assert (found and found.id) == (None if expected is None else f"incident_{expected}")


@pytest.mark.parametrize(
    ("severity", "confidence", "expected"),
    [
        ("medium", 70, False),
        ("medium", 79.9, False),
        ("medium", 80, True),
        ("high", 5, True),
        ("low", 100, False),
    ],
)
def test_graver_or_much_surer_tells_better(
    make_assessment: Make, severity: str, confidence: float, expected: bool
) -> None:
    change = IncidentOpened(assessment=make_assessment())
    incident = fold_all([Entry.of("incident_1", make_assessment().captured_at, change)])
    assert incident is not None
    frame = make_assessment(severity=severity, confidence=confidence)
    assert tells_better(incident, frame) is expected
