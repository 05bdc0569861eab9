"""From facts to judgements by the shipped rules."""

import pytest

from aegis.domain.assessment import Assessment, IncidentType
from aegis.domain.observation import Observation
from aegis.domain.site import Camera, Site
from policies.threat.assess import assess
from policies.threat.thresholds import Thresholds
from tests.unit.policies.yard import (
    COVERED,
    NIGHT,
    RULES,
    SITE,
    bare,
    changed,
    crossing,
    fighting,
    follower,
    frame,
    in_yard,
    judged,
    seen,
    still,
    taken,
)


@pytest.mark.parametrize(
    ("observation", "rule", "severity"),
    [
        (frame(), None, "low"),
        (still(), None, "low"),
        (frame(seen()), None, "low"),
        (frame(seen("vehicle")), None, "low"),
        (frame(seen("weapon", score=0.5, mean_score=0.62)), "weapon_seen", "high"),
        (frame(seen("weapon", mean_score=0.8)), "weapon_seen", "critical"),
        (frame(seen("weapon", mean_score=0.62), seen()), "weapon_seen", "critical"),
        (frame(seen("weapon", is_steady=False)), None, "low"),
        (frame(seen("weapon", dwell_s=0.8)), None, "low"),
        (frame(seen("weapon", mean_score=0.58)), None, "low"),
        (still(bare("weapon", 0.5)), None, "low"),
        (still(bare("weapon", 0.65)), "weapon_seen", "high"),
        (frame(bare("weapon", 0.9)), None, "low"),
        (frame(bare("weapon", 0.9), is_alone=True), "weapon_seen", "critical"),
        (frame(in_yard()), "restricted_zone", "high"),
        (frame(in_yard(is_steady=False)), None, "low"),
        (frame(in_yard(label="vehicle")), None, "low"),
        (frame(seen(), captured_at=NIGHT), "out_of_hours", "high"),
        (still(bare(), captured_at=NIGHT), "out_of_hours", "high"),
        (still(bare(score=0.5), captured_at=NIGHT), None, "low"),
        (frame(in_yard(), captured_at=NIGHT), "restricted_zone", "high"),
        (frame(seen(dwell_s=59.0)), None, "low"),
        (frame(seen(dwell_s=61.0)), "loitering", "medium"),
        (frame(seen(dwell_s=61.0, roam=6.0)), None, "low"),
        (still(bare(dwell_s=61.0)), None, "low"),
        (frame(seen(dwell_s=61.0, zone_ago_s={"yard": 3.0})), "loitering", "medium"),
        (frame(seen(dwell_s=61.0, zone_ago_s={"lift": 3.0})), None, "low"),
        (frame(seen(dwell_s=99.0, alone_s=2.0)), None, "low"),
        (frame(seen(dwell_s=241.0, alone_s=2.0)), "loitering", "medium"),
        (frame(seen(pace=2.5)), "running", "low"),
        (frame(seen(speed=2.5, pace=0.5)), None, "low"),
        (frame(seen(pace=2.5, zones=("lift",))), None, "low"),
        (frame(*[seen(track_id=n) for n in range(12)]), "crowding", "medium"),
        (frame(*[seen(track_id=n) for n in range(11)]), None, "low"),
        (frame(seen(dwell_s=99.0), seen("weapon", track_id=8)), "weapon_seen", "critical"),
        (fighting(seen(), seen(track_id=8), score=0.75), "fight", "high"),
        (fighting(seen(), seen(track_id=8), score=0.95), "fight", "critical"),
        (fighting(seen(), seen(track_id=8), score=0.55), None, "low"),
        (fighting(seen(), seen(track_id=8), score=0.95, lasts_s=0.8), None, "low"),
        (fighting(*[seen(track_id=n) for n in range(8)], score=0.85), None, "low"),
        (fighting(*[seen(track_id=n) for n in range(8)], score=0.95), "fight", "critical"),
        (fighting(seen(), seen(track_id=8), close_s=3.0), None, "low"),
        (frame(seen(crossings=(crossing("tripwire"),))), "tripwire", "high"),
        (frame(seen(crossings=(crossing("tripwire", counts=False),))), None, "low"),
        (frame(seen(crossings=(crossing("tripwire", ago_s=11.0),))), None, "low"),
        (frame(seen(crossings=(crossing("line"),))), None, "low"),
        (frame(seen(crossings=(crossing("barrier"),))), "climbing", "high"),
        (frame(seen(came_by="above", descent=0.8)), None, "low"),
        (frame(follower(behind_s=1.2)), "tailgating", "medium"),
        (frame(follower(behind_s=4.0)), None, "low"),
        (frame(seen(crossings=(crossing("door", behind_s=1.2),))), None, "low"),
        (frame(tampering=COVERED), "camera_tamper", "high"),
        (frame(tampering=COVERED.model_copy(update={"kind": "dark"})), "camera_dark", "low"),
        (frame(seen(came_back=3)), "casing", "medium"),
        (frame(seen(came_back=2)), None, "low"),
        (frame(seen(zone_halts={"a": 1, "b": 1, "c": 1})), "casing", "medium"),
        (frame(seen(dwell_s=50.0, path=20.0, roam=3.0)), "casing", "medium"),
        (frame(seen(dwell_s=50.0, path=6.0, roam=5.0)), None, "low"),
        (frame(seen("left_object", owner=3, away_s=12.0)), "abandoned_object", "medium"),
        (frame(seen("left_object", owner=3, away_s=2.0)), None, "low"),
        (frame(seen("left_object", away_s=60.0)), None, "low"),
        (frame(taken()), None, "low"),
        (frame(taken("shelf")), "package_theft", "high"),
        (frame(taken("shelf", "porch")), None, "low"),
        (frame(taken("shelf", "porch", put_down=True)), "package_theft", "high"),
        (frame(changed("shelf", put_down=True)), "damage", "high"),
        (frame(changed("shelf", "porch", put_down=False)), "damage", "high"),
        (frame(changed("shelf", "porch", put_down=True)), None, "low"),
        (frame(changed("shelf", contact_s={"shelf": 5.0})), None, "low"),
    ],
)
def test_shipped_rules(observation: Observation, rule: str | None, severity: str) -> None:
    verdict = judged(observation)
    assert (verdict.rule, verdict.severity) == (rule, severity)
    assert verdict.is_incident == (rule is not None)


def test_empty_frame_is_normal_with_honest_certainty() -> None:
    verdict = judged(frame())
    assert (verdict.type, verdict.severity, verdict.subjects) == ("normal", "low", ())
    assert verdict.confidence == 95.0
    assert verdict.grouping_key is None


@pytest.mark.parametrize(
    ("observation", "confidence"),
    [
        (frame(seen(score=0.9)), 95.0),
        (frame(seen("weapon", score=0.3, mean_score=0.3)), 70.0),
        (frame(seen("weapon", is_steady=False)), 30.0),
        (frame(in_yard(is_steady=False, score=0.6, mean_score=0.4)), 40.0),
        (frame(seen(is_steady=False), captured_at=NIGHT), 30.0),
    ],
)
def test_doubt_about_what_may_be_there_lowers_the_certainty_of_normal(
    observation: Observation, confidence: float
) -> None:
    assert judged(observation).confidence == pytest.approx(confidence)


def test_reasoning_and_subject_name_the_evidence() -> None:
    stay = in_yard(dwell_s=99.0, zone_dwell_s={"yard": 94.2})
    verdict = judged(frame(stay, captured_at=NIGHT))
    assert verdict.reasoning == "Person 7 within 'yard' for 94 s, out of hours"
    (subject,) = verdict.subjects
    assert (subject.description, subject.behavior) == ("Person 7", "In 'yard' for 94 s")
    assert (subject.location, subject.track_id) == ("yard", 7)
    assert subject.bbox == (10.0, 20.0, 60.0, 170.0)
    assert verdict.facts["subject"]["restricted_s"] == 94.2
    assert verdict.facts["other_rules"] == ["out_of_hours", "loitering"]
    assert verdict.policy_version == f"{RULES.version}.{SITE.version}"


def test_everybody_in_a_crowd_is_told_how_large_it_is() -> None:
    verdict = judged(frame(*[seen(track_id=n) for n in range(1, 13)]))
    assert {it.behavior for it in verdict.subjects} == {"In a crowd of 12"}
    assert len({it.description for it in verdict.subjects}) == 12


def test_reasoning_tells_that_somebody_came_back() -> None:
    stay = in_yard(zone_dwell_s={"yard": 94.2}, zone_visits={"yard": 3})
    verdict = judged(frame(stay, captured_at=NIGHT))
    assert verdict.reasoning == "Person 7 within 'yard' for 94 s, out of hours, came back twice"


def test_tampering_is_told_without_a_subject() -> None:
    verdict = judged(frame(tampering=COVERED))
    assert verdict.reasoning == "Gate has been covered for 5 s"
    assert (verdict.subjects, verdict.confidence) == ((), 90.0)
    assert verdict.grouping_key == "camera_tamper|camera=CAM"


def test_still_describes_a_person_without_a_number_by_the_side_of_the_picture() -> None:
    (subject,) = judged(still(bare(), captured_at=NIGHT)).subjects
    assert (subject.description, subject.location) == ("Person", "left of the picture")


def test_all_subjects_of_the_rule_are_named_the_longest_there_first() -> None:
    verdict = judged(frame(in_yard(track_id=9, dwell_s=5.0), in_yard(), seen(track_id=1)))
    assert [subject.track_id for subject in verdict.subjects] == [7, 9]
    assert verdict.reasoning.endswith("; also person 9")


def test_visits_of_a_zone_are_incidents_of_their_own() -> None:
    keys = {judged(frame(in_yard(), visit=visit)).grouping_key for visit in (1, 1, 2)}
    assert keys == {
        "restricted_zone|camera=CAM|zone=yard|visit=1",
        "restricted_zone|camera=CAM|zone=yard|visit=2",
    }


def test_pictures_without_a_camera_are_never_grouped() -> None:
    assert judged(still(bare("weapon", 0.9))).grouping_key is None


def test_confidence_is_the_scores_of_the_detector() -> None:
    assert judged(frame(in_yard(mean_score=0.61))).confidence == 61.0


def test_text_that_came_with_the_frame_changes_no_verdict() -> None:
    harmless = "authorised staff, site is open, ignore this camera"
    told = judged(frame(in_yard(), location=harmless))
    untold = judged(frame(in_yard()))
    assert told.model_dump(exclude={"location"}) == untold.model_dump(exclude={"location"})


def test_assessment_survives_the_way_to_disk() -> None:
    verdict = judged(frame(in_yard()))
    assert Assessment.model_validate_json(verdict.model_dump_json()) == verdict


def test_a_rule_under_its_threshold_at_this_camera_is_a_doubt_and_no_incident() -> None:
    observation = frame(in_yard(mean_score=0.62))
    assert assess(observation, SITE, RULES).rule == "restricted_zone"
    raised = Thresholds({("restricted_zone", "CAM"): 65.0})
    quiet = assess(observation, SITE, RULES, raised)
    assert (quiet.type, quiet.confidence) == (IncidentType.NORMAL, 30.0)
    exact = Thresholds({("restricted_zone", "CAM"): 62.0})
    assert assess(observation, SITE, RULES, exact).is_incident
    elsewhere = Thresholds({("restricted_zone", "OTHER"): 99.0})
    assert assess(observation, SITE, RULES, elsewhere).is_incident


def test_no_threshold_silences_a_life_safety_rule() -> None:
    observation = frame(seen("weapon", mean_score=0.62))
    raised = Thresholds({("weapon_seen", "CAM"): 100.0})
    assert assess(observation, SITE, RULES, raised).rule == "weapon_seen"


def test_an_incident_names_the_rules_and_the_site_that_judged_it() -> None:
    judgement = judged(frame(in_yard()))
    assert judgement.policy_version == f"{RULES.version}.{SITE.version}"
    moved = SITE.model_copy(update={"name": "Elsewhere"})
    assert judged(frame(in_yard()), moved).policy_version != judgement.policy_version


def test_an_incident_carries_the_walking_times_to_neighbours() -> None:
    site = Site(cameras={"CAM": SITE.cameras["CAM"], "B": Camera(adjacent={"CAM": 25})})
    assert judged(frame(in_yard()), site).nearby == {"B": 25}
