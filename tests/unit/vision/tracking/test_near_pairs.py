"""Who is near whom is found without looking at every pair."""

import math
from itertools import combinations

import numpy as np
import pytest
from numpy.random import Generator

from aegis.vision.tracking.motion import Motion, TrailPoint
from aegis.vision.tracking.near_pairs import near_pairs
from aegis.vision.tracking.track_memory import Sighting, TrackMemory


def somebody(x: float, y: float, height: float = 100.0, speed: float = 0.0) -> TrackMemory:
    track = TrackMemory.begin("person", 0.4, Sighting(0.0, x, y, height, 0.8), 1, "unknown")
    track.now = TrailPoint(0.0, x, y, height)
    track.motion = Motion(speed=speed)
    return track


def anybody(random: Generator) -> TrackMemory:
    return somebody(random.uniform(0, 1200), random.uniform(300, 700), random.uniform(0.2, 300))


def apart(one: TrackMemory, other: TrackMemory) -> float:
    assert one.now is not None
    assert other.now is not None
    away = math.hypot(one.now.x - other.now.x, one.now.y - other.now.y)
    return away / max(one.now.height, other.now.height, 1.0)


def test_the_pairs_are_those_that_looking_at_all_of_them_finds() -> None:
    random = np.random.default_rng(4)
    people = {number: anybody(random) for number in range(40)}

    found = {pair.ids: pair.away for pair in near_pairs(people.items())}

    all_of_them = {ids: apart(*map(people.__getitem__, ids)) for ids in combinations(people, 2)}
    assert found == pytest.approx({ids: away for ids, away in all_of_them.items() if away <= 1.5})
    assert 10 < len(found) < 700


@pytest.mark.parametrize(
    ("x", "speed", "is_close", "is_company"),
    [(49, 0.3, True, True), (51, 0.3, False, True), (51, 0.5, False, False)],
)
def test_near_is_close_or_company_or_neither(
    x: float, speed: float, *, is_close: bool, is_company: bool
) -> None:
    people = {7: somebody(x, 0.0, speed=speed), 3: somebody(0.0, 0.0)}
    (pair,) = near_pairs(people.items())
    assert (pair.ids, pair.is_close, pair.is_company) == ((3, 7), is_close, is_company)


def test_nobody_is_near_nobody() -> None:
    assert list(near_pairs([])) == []
