"""Plays are filmed where most happens, fights only while they go on, held-out seeds never."""

import itertools
from pathlib import Path

import pytest

from aegis.errors import ConfigurationError
from aegis.testing.scenes.repertoire import stage_play
from aegis.training import rendered_clips
from aegis.training.clip_frames import read_clip_frames
from aegis.training.labelled_clips import read_frames, read_labelled_clips
from aegis.training.rendered_clips import (
    CLIP_S,
    busiest_moments,
    list_plays,
    render_clips,
    spread_moments,
)


@pytest.mark.parametrize("kind", ["running", "children_playing", "walking_past", "quiet_night"])
def test_clips_of_a_play_do_not_overlap_and_lie_within_it(kind: str) -> None:
    play = stage_play(kind, 1)
    begins = busiest_moments(play, 3)
    assert 1 <= len(begins) <= 3
    assert all(0 <= begin <= play.scene.duration_s - CLIP_S for begin in begins)
    assert all(later - begin >= CLIP_S for begin, later in itertools.pairwise(begins))


def test_a_runner_is_filmed_while_running() -> None:
    play = stage_play("running", 2)
    assert play.event is not None
    (begin,) = busiest_moments(play, 1)
    assert play.event.from_s - CLIP_S < begin < play.event.until_s


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_of_a_fight_only_the_fight_is_filmed(seed: int) -> None:
    play = stage_play("fight", seed)
    event = play.event
    assert event is not None
    for begin in busiest_moments(play, 6):
        assert event.from_s <= begin
        assert begin + CLIP_S <= event.until_s


def test_calm_clips_are_spread_over_the_whole_play() -> None:
    play = stage_play("queue", 1)
    first, middle, last = spread_moments(play, 3)
    assert 0 < first < middle < last < play.scene.duration_s - CLIP_S
    assert last - middle == pytest.approx(middle - first)
    assert spread_moments(play, 0) == []


def test_plays_for_measuring_are_never_filmed(tmp_path: Path) -> None:
    assert max(seed for _, seed in list_plays(1000)) == 1000
    with pytest.raises(ConfigurationError, match="1 to 1000"):
        render_clips(tmp_path / "out", 1001, lambda _: None)
    assert not (tmp_path / "out").exists()


def test_clips_and_their_labels_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plays = [("fight", 1), ("running", 1)]
    monkeypatch.setattr(rendered_clips, "list_plays", lambda _: plays)
    monkeypatch.setattr(rendered_clips, "_CLIPS", {})
    monkeypatch.setattr(rendered_clips, "_TOGETHER", {"running": 1})
    done: list[int] = []
    labels = render_clips(tmp_path, 1, done.append)
    clips = read_labelled_clips(labels)
    assert done == [1, 2]
    assert [(clip.source, clip.is_fight) for clip in clips] == [
        ("fight 1", True),
        ("running 1", False),
        ("running 1", False),
    ]
    times, pictures = zip(*read_frames(clips[1].path), strict=True)
    assert times[-1] == pytest.approx(CLIP_S, abs=0.2)
    assert pictures[0].shape == (270, 480, 3)
    stills = read_clip_frames(tmp_path / "boxes.json", "train")
    assert len(stills) == 4
    # The net's labels are person, vehicle, weapon.
    assert all(it.known.tolist() == [False, False, True] for it in stills)
    assert not any(len(it.xyxy) for it in stills)
