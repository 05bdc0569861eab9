"""Scenes that move between replicas through an archive."""

import asyncio
from collections.abc import Sequence

from actors.scene_shelf import SceneShelf
from aegis.domain.scene_snapshot import SceneSnapshot
from aegis.domain.site import Site
from aegis.errors import ServiceUnavailable
from aegis.vision.scene.scene_session import SceneSession
from deployments.scene_keeper import SceneKeeper

SITE = Site()


class Archive:
    """A shelf that can be away, and counts the questions."""

    def __init__(self) -> None:
        self.shelf, self.asked, self.is_away = SceneShelf(), 0, False

    async def keep_scenes(self, snapshots: Sequence[SceneSnapshot]) -> None:
        if self.is_away:
            raise ServiceUnavailable("away")
        self.shelf.keep(snapshots)

    async def find_scene(self, camera_id: str) -> SceneSnapshot | None:
        self.asked += 1
        if self.is_away:
            raise ServiceUnavailable("away")
        return self.shelf.find(camera_id)


async def hand_over(archive: Archive, camera_id: str) -> None:
    keeper = SceneKeeper(archive)
    keeper.note(SceneSession(camera_id, SITE))
    keeper.send()
    await asyncio.sleep(0.01)


def test_scene_noted_by_one_replica_is_taken_by_another_once() -> None:
    async def move() -> None:
        archive = Archive()
        await hand_over(archive, "room")
        keeper = SceneKeeper(archive)
        await keeper.prepare("room")
        taken = keeper.take("room", SITE)
        assert taken is not None
        assert taken.camera_id == "room"
        assert keeper.take("room", SITE) is None

    asyncio.run(move())


def test_many_first_frames_ask_once_and_all_wait_for_the_answer() -> None:
    async def ask() -> None:
        archive = Archive()
        await hand_over(archive, "room")
        keeper = SceneKeeper(archive)
        await asyncio.gather(*(keeper.prepare("room") for _ in range(5)))
        await keeper.prepare("room")
        assert archive.asked == 1

    asyncio.run(ask())


def test_archive_that_is_away_costs_no_frame() -> None:
    async def go_without() -> None:
        archive = Archive()
        archive.is_away = True
        keeper = SceneKeeper(archive)
        await keeper.prepare("room")
        assert keeper.take("room", SITE) is None
        keeper.note(SceneSession("room", SITE))
        keeper.send()
        await asyncio.sleep(0.01)

    asyncio.run(go_without())


def test_a_scene_is_not_packed_with_every_frame() -> None:
    async def note() -> None:
        archive = Archive()
        keeper, session = SceneKeeper(archive), SceneSession("room", SITE)
        for _ in range(100):
            keeper.note(session)
        assert len(keeper._waiting) == 1

    asyncio.run(note())
