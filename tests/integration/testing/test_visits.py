"""Rendered scenes are the same every time and know who is where."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from aegis.testing.scenes.scene import SceneFrame
from aegis.testing.scenes.visits import MARKED_AREA, VisitKind, render_clip
from aegis.testing.video_file import write_mp4

SMALL = (256, 144)


def clip(scene: VisitKind, seed: int = 1, fps: float = 2.0) -> list[SceneFrame]:
    return list(render_clip(scene, seed, fps, SMALL))


def test_the_same_arguments_give_the_same_frames() -> None:
    first, again, other = clip("visits"), clip("visits"), clip("visits", seed=2)
    assert all(
        np.array_equal(one.image, two.image) and one.truth == two.truth
        for one, two in zip(first, again, strict=True)
    )
    assert [it.truth for it in first] != [it.truth for it in other]


def test_frames_are_rgb_pictures_in_video_time() -> None:
    frames = clip("empty", fps=4)
    assert len(frames) == 40
    assert {it.image.shape for it in frames} == {(144, 256, 3)}
    assert {later.captured_at - earlier.captured_at for earlier, later in pairwise(frames)} == {
        timedelta(seconds=0.25)
    }
    assert not any(it.truth for it in frames)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_visitors_come_one_by_one_with_seconds_between(seed: int) -> None:
    frames = clip("visits", seed)
    present = [tuple(box.track_id for box in it.truth) for it in frames]
    assert max(map(len, present)) == 1
    order = [ids[0] for ids in present if ids]
    assert sorted(set(order)) == [1, 2, 3]
    assert order == sorted(order)
    for earlier, later in ((1, 2), (2, 3)):
        gone = max(index for index, ids in enumerate(present) if ids == (earlier,))
        come = min(index for index, ids in enumerate(present) if ids == (later,))
        assert come - gone > 2 * 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_visitor_crosses_the_marked_area(seed: int) -> None:
    inside = {
        box.track_id for it in clip("visits", seed) for box in it.truth if _stands_in_area(box.xyxy)
    }
    assert inside == {1, 2, 3}


def test_the_loiterer_stays_more_than_a_minute() -> None:
    frames = clip("loitering", fps=1)
    stays = [it for it in frames if it.truth and _stands_in_area(it.truth[0].xyxy)]
    assert (stays[-1].captured_at - stays[0].captured_at) > timedelta(seconds=60)


def _stands_in_area(xyxy: tuple[float, float, float, float]) -> bool:
    x, y = (xyxy[0] + xyxy[2]) / 2 / SMALL[0], xyxy[3] / SMALL[1]
    (left, top), (right, _), (far_right, bottom), (far_left, _) = MARKED_AREA
    share = (y - top) / (bottom - top)
    return 0 <= share <= 1 and left + share * (far_left - left) <= x <= right + share * (
        far_right - right
    )


def test_the_truth_is_where_the_picture_differs_from_the_empty_room() -> None:
    frames = clip("visits", fps=1)
    room = np.median([it.image for it in frames if not it.truth], axis=0)
    for it in (it for it in frames if it.truth and it.truth[0].visible > 0.9):
        x0, y0, x1, y1 = map(int, it.truth[0].xyxy)
        changed = np.abs(it.image - room).max(axis=2) > 40
        changed[-10:, :70] = False  # the clock
        shadow = (y1 - y0) // 5
        around = changed[y0 : y1 + shadow, max(0, x0 - shadow) : x1 + shadow]
        assert around.sum() > 0.9 * changed.sum()
        assert changed[y0:y1, x0:x1].mean() > 0.2


def test_a_written_video_has_its_frames_and_its_pace(tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    written = write_mp4(path, (it.image for it in clip("empty")), fps=2)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate == 2
        assert sum(1 for _ in container.decode(stream)) == written == 20


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no frames"):
        write_mp4(tmp_path / "clip.mp4", [], fps=2)
