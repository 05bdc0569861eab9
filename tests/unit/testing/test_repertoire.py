"""Every kind of play has many variants, each with a site and what is to be reported of it."""

from itertools import pairwise

import pytest

from aegis.testing.scenes.play import Play
from aegis.testing.scenes.repertoire import ALARMING, HARMLESS, stage_play

SEEDS = range(1, 13)
ALL = [*ALARMING, *HARMLESS]


def variants(kind: str) -> list[Play]:
    return [stage_play(kind, seed) for seed in SEEDS]


def test_there_are_twelve_kinds_to_report_and_as_many_that_look_like_it() -> None:
    assert len(ALARMING) == 12
    assert len(HARMLESS) >= 12
    assert not set(ALARMING) & set(HARMLESS)


@pytest.mark.parametrize("kind", ALL)
def test_variants_differ_and_repeat(kind: str) -> None:
    plays = variants(kind)
    assert plays == variants(kind)
    assert len({play.scene.views for play in plays}) == len(plays)
    assert len({play.scene.fps for play in plays}) > 2


@pytest.mark.parametrize("kind", ALARMING)
def test_what_is_to_be_reported_happens_within_the_clip(kind: str) -> None:
    for play in variants(kind):
        assert play.event is not None
        assert 2 <= play.event.from_s < play.event.until_s <= play.scene.duration_s + 1


@pytest.mark.parametrize("kind", HARMLESS)
def test_nothing_is_to_be_reported_of_the_harmless(kind: str) -> None:
    assert all(play.event is None for play in variants(kind))


@pytest.mark.parametrize("kind", ALL)
def test_clips_are_short_and_their_sites_hold(kind: str) -> None:
    for play in variants(kind):
        assert 10 < play.scene.duration_s < 240
        assert 2 <= play.scene.fps <= 12
        assert play.site("CAM_07").camera("CAM_07") == play.camera


@pytest.mark.parametrize("kind", ALL)
def test_steps_of_a_performance_follow_each_other_without_gaps(kind: str) -> None:
    for play in variants(kind):
        for person in play.scene.people:
            for one, two in pairwise(person.steps):
                assert two.from_s == pytest.approx(one.until_s)
                assert two.start == pytest.approx(one.end)
                assert one.from_s <= one.until_s
