"""The table from incidents to AVS-01 levels."""

from typing import Any

import pytest

from aegis.domain.observation import ObservedSubject
from tests.unit.policies.yard import COVERED, NIGHT, follower, frame, judged, seen


def level(*subjects: ObservedSubject, **given: Any) -> tuple[str | None, int]:
    verdict = judged(frame(*subjects, **given))
    assert verdict.alarm_facts or not verdict.is_incident, "a level is justified"
    return verdict.rule, verdict.alarm_level


YARD: dict[str, Any] = {"zones": ("yard",), "restricted_zones": ("yard",)}
SHELF: dict[str, Any] = {"zones": ("shelf",), "owner": 7}


FIGHT = {"fight_score": 0.8, "fight_s": 4.0, "close_s": 6.0}


@pytest.mark.parametrize(
    ("subjects", "given", "expected"),
    [
        ((), {}, (None, 0)),
        ((seen(),), {}, (None, 0)),
        ((seen(pace=2.5),), {}, ("running", 0)),
        ((seen(dwell_s=70.0),), {}, ("loitering", 1)),
        ((), {"tampering": COVERED}, ("camera_tamper", 1)),
        ((), {"tampering": COVERED, "captured_at": NIGHT}, ("camera_tamper", 1)),
        ((seen("left_object", away_s=20.0, owner=7),), {}, ("abandoned_object", 1)),
        ((seen(zone_halts={"a": 1}, **YARD),), {}, ("restricted_zone", 2)),
        ((seen(),), {"captured_at": NIGHT}, ("out_of_hours", 2)),
        ((seen(**YARD),), {"captured_at": NIGHT}, ("restricted_zone", 3)),
        ((follower(behind_s=1.0),), {}, ("tailgating", 2)),
        ((follower(behind_s=1.0, **YARD),), {"captured_at": NIGHT}, ("tailgating", 3)),
        ((seen("taken_object", **SHELF),), {}, ("package_theft", 2)),
        ((seen("changed_zone", contact_s={"shelf": 9.0}, **SHELF),), {}, ("damage", 3)),
        (
            (seen(), seen(track_id=8)),
            {"fight_score": 0.8, "fight_s": 4.0, "close_s": 6.0},
            ("fight", 4),
        ),
        ((seen("weapon"),), {}, ("weapon_seen", 4)),
    ],
)
def test_level_of_each_kind(
    subjects: tuple[ObservedSubject, ...], given: dict[str, Any], expected: tuple[str | None, int]
) -> None:
    assert level(*subjects, **given) == expected
