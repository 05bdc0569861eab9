"""The intent benchmark in short: what happens is reported, what only looks like it is not."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from actors.incident_store import IncidentStore
from aegis.testing.scenes.repertoire import stage_play
from policies.threat.rules import load_rules
from tests.benchmarks.intent import count, tabulate
from tests.benchmarks.watched_play import Watched, watch_play
from tests.benchmarks.wilson import wilson

ALARMING = ("climbing", "trying_doors", "tailgating", "running", "tamper")
HARMLESS = ("hurry", "shift_change", "walking_past", "headlights", "children_playing")
DEVELOPMENT_SEED = 2


async def watch(kinds: tuple[str, ...], folder: Path) -> list[Watched]:
    """A variant of each at no more than four frames a second."""
    store, watched = IncidentStore(folder), []
    try:
        for kind in kinds:
            play = stage_play(kind, DEVELOPMENT_SEED)
            slow = replace(play.scene, fps=min(4.0, play.scene.fps))
            watched.append(await watch_play(replace(play, scene=slow), load_rules(None), store))
    finally:
        store.close()
    return watched


def test_events_are_reported_under_their_name(tmp_path: Path) -> None:
    clips = asyncio.run(watch(ALARMING, tmp_path))
    assert [it.kind for it in clips if not it.is_hit] == []
    assert count(clips) == len(ALARMING)
    assert max(len(it.alarms) for it in clips) <= 2


def test_the_harmless_is_not_reported(tmp_path: Path) -> None:
    clips = asyncio.run(watch(HARMLESS, tmp_path))
    assert {it.kind: it.alarms for it in clips if it.alarms} == {}
    assert tabulate({"given": clips}, "short").row_count > len(HARMLESS)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (5, 10, 0.237, 0.763)],
)
def test_an_interval_is_wide_where_little_was_counted(
    hits: int, of: int, low: float, high: float
) -> None:
    assert wilson(hits, of) == pytest.approx((low, high), abs=0.001)
