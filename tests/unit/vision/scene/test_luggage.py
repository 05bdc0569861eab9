"""Bags that somebody brought, and left."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.scene.luggage import Luggage


def person(x: float, track_id: int = 1) -> ObservedSubject:
    return ObservedSubject(label="person", score=0.8, bbox=(x, 100, x + 50, 250), track_id=track_id)


def bag(x: float = 200.0) -> ObservedSubject:
    return ObservedSubject(
        label="bag",
        score=0.7,
        bbox=(x, 220, x + 30, 250),
        track_id=5,
        is_steady=True,
        dwell_s=30.0,
    )


def test_bag_is_left_when_its_owner_goes_and_counts_since_then() -> None:
    luggage = Luggage()
    luggage.see([person(190), bag()], 8.0)
    (held,) = luggage.see([person(190), bag()], 10.0)
    assert (held.label, held.owner, held.away_s, held.dwell_s) == ("left_object", 1, 0.0, 2.0)
    luggage.see([person(500), bag()], 12.0)
    (left,) = luggage.see([person(190, track_id=2), bag()], 20.0)
    assert (left.owner, left.away_s, left.dwell_s) == (1, 10.0, 12.0)


def test_bag_lies_since_it_was_put_down_however_long_it_was_carried() -> None:
    luggage = Luggage()
    for step in range(20):
        assert luggage.see([person(40.0 * step), bag(40.0 * step)], 0.5 * step) == ()
    luggage.see([person(900), bag(790.0)], 10.0)
    (left,) = luggage.see([person(1500), bag(792.0)], 12.0)
    assert (left.owner, left.away_s, left.dwell_s) == (1, 2.0, 2.0)


def test_bag_with_a_new_number_where_one_was_lost_is_the_same_bag() -> None:
    luggage = Luggage()
    luggage.see([person(190), bag()], 8.0)
    luggage.see([person(500), bag()], 10.0)
    luggage.see([], 16.0)
    again = bag(203.0).model_copy(update={"track_id": 9})
    (left,) = luggage.see([person(190, track_id=2), again], 18.0)
    assert (left.track_id, left.owner, left.dwell_s, left.away_s) == (5, 1, 10.0, 10.0)
    other = bag(400.0).model_copy(update={"track_id": 11})
    assert len(luggage.see([person(390, track_id=2), again, other], 19.0)) == 1


def test_luggage_knows_where_its_bags_are_for_a_while() -> None:
    luggage = Luggage()
    luggage.see([person(190), bag()], 8.0)
    assert luggage.knows((190.0, 230.0, 205.0, 260.0))
    assert not luggage.knows((300.0, 230.0, 320.0, 260.0))
    luggage.see([], 60.0)
    assert not luggage.knows((190.0, 230.0, 205.0, 260.0))


def test_bag_that_trembles_lies_still() -> None:
    luggage = Luggage()
    for step in range(10):
        found = luggage.see([person(190), bag(200.0 + 6 * (step % 2))], float(step))
    assert found[0].dwell_s == 9.0


def test_bag_that_nobody_brought_is_not_left() -> None:
    luggage = Luggage()
    assert luggage.see([person(900), bag()], 1.0) == ()
    assert luggage.see([], 2.0) == ()
    assert luggage.see([bag()], 9.0) == ()
