"""Who is together is found without looking at every pair."""

from itertools import combinations

import numpy as np
from numpy.random import Generator

from aegis.vision.tracking.motion import Motion, TrailPoint
from aegis.vision.tracking.track_memory import Sighting, TrackMemory
from aegis.vision.tracking.walking_together import are_together, companions


def somebody(random: Generator) -> TrackMemory:
    x, y = random.uniform(0, 1200), random.uniform(300, 700)
    height = random.uniform(0.2, 300)
    track = TrackMemory.begin("person", 0.4, Sighting(0.0, x, y, height, 0.8), 1, "unknown")
    track.now = TrailPoint(0.0, x, y, height)
    track.motion = Motion(speed=random.uniform(0, 1))
    return track


def test_the_pairs_are_those_that_looking_at_all_of_them_finds() -> None:
    random = np.random.default_rng(4)
    people = [somebody(random) for _ in range(40)]

    found = {frozenset(map(id, pair)) for pair in companions(people)}

    wanted = {frozenset(map(id, it)) for it in combinations(people, 2) if are_together(*it)}
    assert found == wanted
    assert 10 < len(found) < 700


def test_nobody_is_in_no_company() -> None:
    assert list(companions([])) == []
