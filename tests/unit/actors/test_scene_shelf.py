"""The newest snapshot of each camera, within bounds."""

from actors.scene_shelf import SceneShelf
from aegis.domain.scene_snapshot import SceneSnapshot


def snapshot(camera_id: str, at_s: float, picture: bytes | None = None) -> SceneSnapshot:
    return SceneSnapshot(camera_id, 1, at_s, bytes(100), picture)


def test_newest_snapshot_is_found_and_an_unknown_camera_has_none() -> None:
    shelf = SceneShelf()
    shelf.keep([snapshot("a", 1.0), snapshot("a", 2.0)])
    found = shelf.find("a")
    assert found is not None
    assert found.newest_s == 2.0
    assert shelf.find("b") is None


def test_picture_that_is_not_sent_anew_stays() -> None:
    shelf = SceneShelf()
    shelf.keep([snapshot("a", 1.0, b"picture")])
    shelf.keep([snapshot("a", 2.0)])
    found = shelf.find("a")
    assert found is not None
    assert (found.newest_s, found.picture) == (2.0, b"picture")


def test_picture_of_another_version_goes() -> None:
    shelf = SceneShelf()
    shelf.keep([SceneSnapshot("a", 0, 1.0, b"", b"old picture"), snapshot("a", 2.0)])
    found = shelf.find("a")
    assert found is not None
    assert found.picture is None


def test_those_unused_longest_go_when_room_is_short() -> None:
    shelf = SceneShelf(max_bytes=250)
    shelf.keep([snapshot("a", 1.0), snapshot("b", 1.0), snapshot("a", 2.0), snapshot("c", 1.0)])
    assert shelf.find("b") is None
    assert shelf.find("a")
    assert shelf.find("c")
