"""Sessions that go on elsewhere, and snapshots that must not harm."""

import pickle
import zlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from aegis.domain.detection import Detections
from aegis.domain.frame import Frame
from aegis.domain.observation import Observation
from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.site import Camera, Site, Zone
from aegis.vision.scene.scene_session import SceneSession, SceneSessions
from aegis.vision.scene.session_packing import VERSION, pack, unpack
from tests.unit.vision.room_pictures import SIZE, Room

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
FLOOR = Zone(name="floor", polygon=((0, 0.5), (1, 0.5), (1, 1), (0, 1)), restricted=True)
SITE = Site(cameras={"room": Camera(zones=(FLOOR,))})
SOMEBODY = Detections(
    np.array([[100, 60, 130, 150]], np.float32), np.array([0.8], np.float32), ("person",)
)


def watch(session: SceneSession, first_s: float, seconds: float) -> Observation:
    room = Room(take=round(first_s) + 1)
    for step in range(round(seconds * 5)):
        at = START + timedelta(seconds=first_s + step / 5)
        frame = Frame(b"", at, "req", f"key_{at}", camera_id="room")
        seen = session.observe(frame, SOMEBODY, SIZE, room.shot())
    return seen


def packed(seconds: float = 10.0) -> SceneSnapshot:
    session = SceneSession("room", SITE)
    watch(session, 0, seconds)
    snapshot = pack(session, with_picture=True)
    assert snapshot is not None
    return snapshot


def test_restored_session_goes_on_with_dwell_visit_and_normal() -> None:
    session = unpack(packed(), "room", SITE)
    assert session is not None
    seen = watch(session, 11, 1)
    (subject,) = seen.subjects
    assert (subject.track_id, seen.visit, seen.is_alone) == (1, 1, False)
    assert subject.dwell_s == pytest.approx(11.8)
    assert subject.zone_dwell_s["floor"] == pytest.approx(11.8)
    assert session.parts()[1] is not None


def test_packing_leaves_the_session_as_it_was() -> None:
    session = SceneSession("room", SITE)
    watch(session, 0, 5)
    picture = session.parts()[1]
    pack(session, with_picture=True)
    assert session.parts()[1] is picture is not None


def test_snapshot_is_small_and_smaller_without_its_picture() -> None:
    session = SceneSession("room", SITE)
    watch(session, 0, 60)
    whole, part = pack(session, with_picture=True), pack(session, with_picture=False)
    assert whole is not None
    assert part is not None
    assert whole.size < 90_000
    assert part.size < 6_000


class Evil:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('executed')",)


@pytest.mark.parametrize(
    "broken",
    [
        replace(packed(), version=VERSION + 1),
        replace(packed(), camera_id="yard"),
        replace(packed(), scene=b"no snapshot at all"),
        replace(packed(), scene=packed().scene[:-20]),
        replace(packed(), scene=zlib.compress(pickle.dumps(Evil()))),
        replace(packed(), scene=zlib.compress(pickle.dumps({"a": 1}))),
        replace(packed(), scene=zlib.compress(bytes(50_000_000))),
        replace(packed(), picture=zlib.compress(pickle.dumps(SceneSession("room", SITE)))),
    ],
)
def test_bad_snapshot_is_refused_and_nothing_of_it_runs(broken: SceneSnapshot) -> None:
    assert unpack(broken, "room", SITE) is None


def test_snapshot_of_another_camera_inside_is_refused() -> None:
    other = pack(SceneSession("yard", SITE), with_picture=False)
    assert other is not None
    assert unpack(replace(other, camera_id="room"), "room", SITE) is None


def test_older_session_never_takes_the_place_of_a_newer_one() -> None:
    sessions = SceneSessions(SITE)
    old, new = unpack(packed(5), "room", SITE), unpack(packed(10), "room", SITE)
    assert old is not None
    assert new is not None
    sessions.adopt(new)
    sessions.adopt(old)
    assert sessions.of("room") is new
