"""What a camera's scene remembers, and what it must not be fooled by."""

import pickle
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation
from aegis.domain.site import Camera, Site, Zone
from aegis.vision.scene.scene_session import SceneSession, SceneSessions

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZE = (1000, 500)
FLOOR = Zone(name="floor", polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1)), restricted=True)
SITE = Site(cameras={"room": Camera(location="Room", zones=(FLOOR,))})


def frame(at_s: float, camera_id: str | None = "room") -> Frame:
    moment = START + timedelta(seconds=at_s)
    return Frame(b"", moment, "req_1", f"key_{at_s}", camera_id=camera_id)


def people(*places: float, score: float = 0.7, feet: float = 400.0) -> Detections:
    boxes = [[x - 40, feet - 200, x + 40, feet] for x in places]
    return Detections(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.full(len(places), score, np.float32),
        ("person",) * len(places),
    )


def watch(session: SceneSession, film: Iterable[tuple[float, Detections]]) -> list[Observation]:
    return [session.observe(frame(at_s), seen, SIZE) for at_s, seen in film]


def still_scene(
    start_s: float, stop_s: float, seen: Detections, hertz: float = 5.0
) -> list[tuple[float, Detections]]:
    return [(start_s + i / hertz, seen) for i in range(round((stop_s - start_s) * hertz))]


@pytest.fixture
def session() -> SceneSession:
    return SceneSession("room", SITE)


def test_empty_frame_gives_an_empty_observation(session: SceneSession) -> None:
    seen = session.observe(frame(0), Detections.empty(), SIZE)
    assert (seen.subjects, seen.visit, seen.is_alone, seen.is_late) == ((), 0, True, False)
    assert (seen.camera_id, seen.location) == ("room", "Room")


@pytest.mark.parametrize("hertz", [0.2, 0.5, 2, 5, 10, 30])
def test_dwell_is_frame_time_at_every_rate(session: SceneSession, hertz: float) -> None:
    seconds = 60 if hertz < 5 else 12
    last = watch(session, still_scene(0, seconds, people(300), hertz))[-1]
    (subject,) = last.subjects
    assert subject.dwell_s == pytest.approx(seconds - 1 / hertz, abs=1.1)
    assert subject.zone_dwell_s["floor"] == pytest.approx(subject.dwell_s, abs=1e-3)
    assert subject.is_steady
    assert last.visit == 1


@pytest.mark.parametrize("hertz", [3, 5, 10, 30])
def test_scores_are_smoothed_by_time_and_not_by_frames(session: SceneSession, hertz: float) -> None:
    film = [
        *still_scene(0, 6, people(300, score=0.8), hertz),
        *still_scene(6, 7, people(300, score=0.5), hertz),
    ]
    (subject,) = watch(session, film)[-1].subjects
    assert subject.mean_score == pytest.approx(0.5 + 0.3 * np.exp(-1), abs=0.02)


def test_dwell_survives_three_seconds_of_missed_detections(session: SceneSession) -> None:
    film = [*still_scene(0, 10, people(300)), *still_scene(10, 13, people())]
    last = watch(session, [*film, *still_scene(13, 16, people(320))])[-1]
    assert last.subjects[0].dwell_s > 15
    assert last.visit == 1


def test_each_visit_after_an_empty_scene_counts_once(session: SceneSession) -> None:
    film = []
    for visit in range(4):
        start = 12.0 * visit
        film += [
            *still_scene(start, start + 8, people(300 + 10 * visit, 700)),
            *still_scene(start + 8, start + 12, people()),
        ]
    visits = [seen.visit for seen in watch(session, film)]
    assert set(visits) == {1, 2, 3, 4}
    assert visits == sorted(visits)


def test_newcomer_whom_the_tracker_mistakes_for_a_leaver_is_somebody_else(
    session: SceneSession,
) -> None:
    ghost = people(420, score=0.42)
    film = [
        *still_scene(0, 8, people(300)),
        *still_scene(8, 14, ghost),
        *still_scene(14, 17, people(560)),
    ]
    last = watch(session, film)[-1]
    (newcomer,) = last.subjects
    assert newcomer.dwell_s < 4
    assert newcomer.track_id != 1
    assert last.visit == 2


def test_somebody_joining_somebody_is_the_same_visit(session: SceneSession) -> None:
    film = [
        *still_scene(0, 5, people(300)),
        *still_scene(5, 10, people(300, 700)),
        *still_scene(10, 15, people(700)),
    ]
    assert watch(session, film)[-1].visit == 1


def test_flicker_of_the_detector_is_never_steady_and_no_visit(session: SceneSession) -> None:
    film = [(step / 5, people(300) if step % 6 == 5 else people()) for step in range(1, 300)]
    seen = watch(session, film)
    assert not any(subject.is_steady for one in seen for subject in one.subjects)
    assert seen[-1].visit == 0


def test_weak_but_lasting_ghost_is_never_believed(session: SceneSession) -> None:
    seen = watch(session, still_scene(0, 60, people(300, score=0.42)))
    assert seen[-1].subjects == ()
    assert seen[-1].visit == 0


def test_late_and_repeated_frames_change_nothing() -> None:
    calm, disturbed = SceneSession("room", SITE), SceneSession("room", SITE)
    film = still_scene(0, 10, people(300))
    expected = watch(calm, film)[-1]
    for at_s, seen in film:
        last = disturbed.observe(frame(at_s), seen, SIZE)
        assert disturbed.observe(frame(at_s), people(900), SIZE).is_late
        assert disturbed.observe(frame(at_s - 3), people(100, 500), SIZE).is_late
    assert last == expected


def test_late_frame_is_judged_against_the_present_tracks(session: SceneSession) -> None:
    watch(session, still_scene(0, 10, people(300)))
    late = session.observe(frame(7.05), people(305, 900), SIZE)
    assert [(one.track_id, one.is_steady) for one in late.subjects] == [(1, True), (None, False)]
    assert late.subjects[0].dwell_s == pytest.approx(7.05)


def test_long_gap_begins_anew_but_never_repeats_a_visit(session: SceneSession) -> None:
    watch(session, still_scene(0, 5, people(300)))
    (after,) = watch(session, [(60.0, people(300))])
    assert after.is_alone
    assert after.subjects[0].dwell_s == 0
    assert after.visit == 2


def test_clock_that_was_set_back_is_followed_after_a_few_frames(session: SceneSession) -> None:
    watch(session, still_scene(3600, 3610, people(300)))
    seen = watch(session, still_scene(0, 5, people(300)))
    assert seen[0].is_late
    assert not seen[-1].is_late
    assert seen[-1].subjects[0].dwell_s > 2


def test_walking_speed_is_in_body_heights_a_second(session: SceneSession) -> None:
    film = [(step / 5, people(100 + 0.8 * 200 * step / 5)) for step in range(20)]
    assert watch(session, film)[-1].subjects[0].speed == pytest.approx(0.8, abs=0.1)


def test_roaming_is_told_from_staying(session: SceneSession) -> None:
    film = [(step / 5, people(300, 500 + 300 * np.sin(step / 25))) for step in range(150)]
    stays, roams = watch(session, film)[-1].subjects
    assert stays.roam < 0.2
    assert roams.roam > 2.5


def test_picture_without_a_camera_leaves_no_trace() -> None:
    sessions = SceneSessions(SITE)
    seen = sessions.observe(frame(0, None), people(300, 600), SIZE)
    assert [(one.track_id, one.zones) for one in seen.subjects] == [(None, ()), (None, ())]
    assert seen.is_alone
    assert len(sessions) == 0


def test_camera_unused_longest_is_dropped_when_room_is_short() -> None:
    sessions = SceneSessions(SITE, capacity=2)
    for camera_id in ("a", "b", "a", "c"):
        sessions.observe(frame(0, camera_id), people(300), SIZE)
    assert list(sessions.snapshot()) == ["a", "c"]


def test_restored_scene_goes_on_where_it_was() -> None:
    before, after = SceneSessions(SITE), SceneSessions(SITE)
    for at_s, seen in still_scene(0, 10, people(300)):
        before.observe(frame(at_s), seen, SIZE)
    after.restore(pickle.loads(pickle.dumps(before.snapshot())))
    seen_after = after.observe(frame(12.0), people(300), SIZE)
    assert seen_after.subjects[0].dwell_s == pytest.approx(12.0)
    assert (seen_after.subjects[0].track_id, seen_after.visit) == (1, 1)


def test_memory_of_a_camera_stays_small() -> None:
    session = SceneSession("room", SITE)
    random = np.random.default_rng(1)
    picture = random.integers(0, 255, (90, 160, 3), np.uint8)
    for step in range(150):
        session.observe(frame(step / 2), people(*random.uniform(50, 950, 6)), SIZE)
    assert len(pickle.dumps(session)) < 100_000
    for step in range(150, 170):
        session.observe(frame(step / 2), people(*random.uniform(50, 950, 6)), SIZE, picture)
    assert len(pickle.dumps(session)) < 300_000
