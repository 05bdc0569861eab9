"""Bags that somebody brought, and left."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.luggage import Luggage


def person(x: float, track_id: int = 1) -> ObservedSubject:
    return ObservedSubject(label="person", score=0.8, bbox=(x, 100, x + 50, 250), track_id=track_id)


def bag(roam: float = 0.0) -> ObservedSubject:
    return ObservedSubject(
        label="bag",
        score=0.7,
        bbox=(200, 220, 230, 250),
        track_id=5,
        is_steady=True,
        roam=roam,
        dwell_s=30.0,
    )


def test_bag_is_left_when_its_owner_goes_and_counts_since_then() -> None:
    luggage = Luggage()
    (held,) = luggage.see([person(190), bag()], 10.0)
    assert (held.label, held.owner, held.away_s) == ("left_object", 1, 0.0)
    luggage.see([person(500), bag()], 12.0)
    (left,) = luggage.see([person(190, track_id=2), bag()], 20.0)
    assert (left.owner, left.away_s, left.dwell_s) == (1, 10.0, 30.0)


def test_bag_that_nobody_brought_or_that_moves_is_not_left() -> None:
    assert Luggage().see([person(900), bag()], 1.0) == ()
    assert Luggage().see([person(190), bag(roam=2.0)], 1.0) == ()
    assert Luggage().see([], 1.0) == ()
