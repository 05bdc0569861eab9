"""Rules over what was seen before."""

from datetime import UTC, datetime, timedelta
from typing import Any

from actors.replay import replay
from aegis.domain.observation import Observation, ObservedSubject
from aegis.domain.site import Site
from aegis.located_yaml import LocatedYaml
from policies.threat.rules import ThreatRules, compile_rules
from policies.threat.thresholds import Thresholds

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
RULES = """
version: 1
rules:
  - name: stays
    watches: person
    when: subject.dwell_s >= {dwell}
    type: suspicious_behavior
    subtype: loitering
    severity: medium
    escalate:
      - when: subject.dwell_s >= 60
        severity: high
    reasoning: "{{who}} stays"
    behavior: "stays"
    group_by: [visit]
    quiet_gap_s: 10
"""


def rules(dwell: float = 5.0) -> ThreatRules:
    return compile_rules(LocatedYaml(RULES.format(dwell=dwell).encode(), "rules.yaml"))


def rules_with(line: str) -> ThreatRules:
    text = f"{RULES.format(dwell=5.0)}    {line}\n"
    return compile_rules(LocatedYaml(text.encode(), "rules.yaml"))


def seen(second: float, dwell_s: float, **changes: Any) -> Observation:
    subject = ObservedSubject(
        label="person", score=0.8, mean_score=0.8, bbox=(10, 10, 60, 200), track_id=1,
        dwell_s=dwell_s, frames=50, is_steady=True,
    )  # fmt: skip
    given = {"captured_at": NOON + timedelta(seconds=second), "resolution_wh": (640, 360)}
    return Observation.model_validate(
        given | {"subjects": (subject,), "camera_id": "CAM_01", "visit": 1} | changes
    )


def test_nothing_seen_is_no_alert() -> None:
    replayed = replay([], Site.undescribed(), rules())
    assert (replayed.frames, replayed.alerts) == (0, ())


def test_frames_of_one_event_are_one_alert_and_gaps_part_them() -> None:
    observations = [seen(it, float(it)) for it in range(20)]
    observations += [seen(it, 70.0) for it in (40, 41)]
    replayed = replay(observations, Site.undescribed(), rules())
    first, second = replayed.alerts
    assert (first.frames, second.frames) == (15, 2)
    assert (first.began_at - NOON).total_seconds() == 5
    assert (first.severity, second.severity) == ("medium", "high")


def test_other_visits_and_cameras_are_other_alerts() -> None:
    observations = [
        seen(0, 9), seen(1, 9, visit=2), seen(1, 9, camera_id="CAM_02"),
    ]  # fmt: skip
    replayed = replay(observations, Site.undescribed(), rules())
    assert sorted((it.camera_id, it.frames) for it in replayed.alerts) == [
        ("CAM_01", 1), ("CAM_01", 1), ("CAM_02", 1),
    ]  # fmt: skip


def test_visits_within_the_cooldown_are_one_alert() -> None:
    observations = [seen(0, 9), seen(40, 9, visit=2), seen(200, 9, visit=3)]
    assert len(replay(observations, Site.undescribed(), rules()).alerts) == 3
    first, second = replay(observations, Site.undescribed(), rules_with("cooldown_s: 60")).alerts
    assert (first.frames, second.frames) == (2, 1)


def test_what_stays_unmoved_over_its_longest_duration_is_no_further_alert() -> None:
    observations = [seen(it, 9.0, visit=it // 20) for it in range(200)]
    assert len(replay(observations, Site.undescribed(), rules()).alerts) == 10
    limited = rules_with("max_duration_s: 30\n    cooldown_s: 30")
    (alert,) = replay(observations, Site.undescribed(), limited).alerts
    assert (alert.ended_at - NOON).total_seconds() > 190


def test_neighbouring_cameras_are_one_alert_of_both() -> None:
    observations = [seen(12, 9, camera_id="CAM_02"), seen(0, 9)]
    near = Site.model_validate(
        {"name": "s", "cameras": {"CAM_01": {"adjacent": {"CAM_02": 30}}, "CAM_02": {}}}
    )
    assert len(replay(observations, Site.undescribed(), rules()).alerts) == 2
    (alert,) = replay(observations, near, rules()).alerts
    assert (alert.camera_id, alert.cameras) == ("CAM_01", ("CAM_01", "CAM_02"))


def test_a_learned_threshold_silences_a_rule_at_its_camera() -> None:
    observations = [seen(0, 9), seen(1, 9, camera_id="CAM_02")]
    learned = Thresholds({("stays", "CAM_02"): 99.9})
    (alert,) = replay(observations, Site.undescribed(), rules(), learned).alerts
    assert alert.camera_id == "CAM_01"
