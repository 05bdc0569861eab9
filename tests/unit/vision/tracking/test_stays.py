"""How long and how often something has been somewhere."""

from aegis.vision.tracking.stays import Stays

NOWHERE = frozenset[str]()


def seen(*sightings: tuple[float, set[str]]) -> Stays:
    stays, last_s = Stays(), 0.0
    for at_s, inside in sightings:
        stays, last_s = stays.after(inside, stays.present(last_s), at_s), at_s
    return stays


def test_a_stay_lasts_over_a_short_absence_and_a_longer_one_ends_it() -> None:
    back_soon = seen((0, {"door"}), (2, {"door"}), (3, set()), (5, {"door"}))
    assert back_soon.lasted_s(5, 5) == {"door": 5}
    back_late = seen((0, {"door"}), (2, {"door"}), (3, set()), (6, {"door"}))
    assert back_late.lasted_s(6, 6) == {"door": 0}
    assert back_late.visits() == {"door": 1}


def test_only_what_lasts_a_second_is_a_visit() -> None:
    assert seen((0, {"door"}), (0.9, {"door"})).visits() == {}
    assert seen((0, {"door"}), (1, {"door"})).visits() == {"door": 1}


def test_it_is_there_at_the_very_sighting_only() -> None:
    stays = seen((0, {"door", "hall"}), (1, {"hall"}))
    assert stays.present(1) == {"hall"}
    assert stays.present(2) == NOWHERE
    assert stays.since_s(1) == {"door": 1, "hall": 0}


def test_an_earlier_value_stays_what_it_was() -> None:
    before = seen((0, {"door"}), (2, {"door"}))
    told = (before.visits(), before.lasted_s(2, 2), before.here)
    before.after({"door", "hall"}, before.here, 3).after(set(), NOWHERE, 4).begun_anew(4)
    assert (before.visits(), before.lasted_s(2, 2), before.here) == told


def test_begun_anew_it_knows_of_no_earlier_time() -> None:
    anew = seen((0, {"door"}), (5, {"door"})).begun_anew(4.5)
    assert anew.lasted_s(5, 5) == {"door": 0.5}
    assert anew.visits() == {}
