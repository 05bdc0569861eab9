"""The table from incidents to AVS-01 levels."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from aegis.domain.observation import Observation, ObservedSubject, Tampering
from aegis.domain.site import Camera, OpeningHours, Site, Zone
from policies.threat.assess import assess
from policies.threat.rules import load_rules

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
NIGHT = datetime(2026, 3, 4, 23, tzinfo=UTC)
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
SITE = Site(
    hours=(OpeningHours(opens=time(8), closes=time(18)),),
    cameras={
        "CAM": Camera(
            zones=(
                Zone(name="yard", polygon=SQUARE, restricted=True),
                Zone(name="shelf", polygon=SQUARE, kind="protected"),
            )
        )
    },
)
RULES = load_rules(None)


def subject(label: str = "person", **given: Any) -> ObservedSubject:
    facts: dict[str, Any] = {
        "label": label,
        "score": 0.8,
        "mean_score": 0.8,
        "bbox": (10.0, 20.0, 60.0, 170.0),
        "track_id": 7,
        "dwell_s": 20.0,
        "frames": 90,
        "is_steady": True,
    }
    return ObservedSubject(**facts | given)


def level(*subjects: ObservedSubject, **given: Any) -> tuple[str | None, int]:
    facts: dict[str, Any] = {"captured_at": NOON, "camera_id": "CAM", "resolution_wh": (640, 360)}
    verdict = assess(Observation(subjects=subjects, **facts | given), SITE, RULES)
    assert verdict.alarm_facts or not verdict.is_incident, "a level is justified"
    return verdict.rule, verdict.alarm_level


YARD: dict[str, Any] = {"zones": ("yard",), "restricted_zones": ("yard",)}
SHELF: dict[str, Any] = {"zones": ("shelf",), "owner": 7}
COVERED = Tampering(kind="covered", for_s=5.0, certainty=0.9)


FIGHT = {"fight_score": 0.8, "fight_s": 2.0, "close_s": 6.0}


@pytest.mark.parametrize(
    ("subjects", "given", "expected"),
    [
        ((), {}, (None, 0)),
        ((subject(),), {}, (None, 0)),
        ((subject(pace=2.5),), {}, ("running", 0)),
        ((subject(dwell_s=70.0),), {}, ("loitering", 1)),
        ((), {"tampering": COVERED}, ("camera_tamper", 1)),
        ((), {"tampering": COVERED, "captured_at": NIGHT}, ("camera_tamper", 1)),
        ((subject("left_object", away_s=20.0, owner=7),), {}, ("abandoned_object", 1)),
        ((subject(zone_halts={"a": 1}, **YARD),), {}, ("restricted_zone", 2)),
        ((subject(),), {"captured_at": NIGHT}, ("out_of_hours", 2)),
        ((subject(**YARD),), {"captured_at": NIGHT}, ("restricted_zone", 3)),
        ((subject("taken_object", **SHELF),), {}, ("package_theft", 2)),
        ((subject("changed_zone", contact_s={"shelf": 9.0}, **SHELF),), {}, ("damage", 3)),
        (
            (subject(), subject(track_id=8)),
            {"fight_score": 0.8, "fight_s": 2.0, "close_s": 6.0},
            ("fight", 4),
        ),
        ((subject("weapon"),), {}, ("weapon_seen", 4)),
    ],
)
def test_level_of_each_kind(
    subjects: tuple[ObservedSubject, ...], given: dict[str, Any], expected: tuple[str | None, int]
) -> None:
    assert level(*subjects, **given) == expected
