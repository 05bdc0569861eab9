"""Who has been at close quarters with whom, and for how long."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.scene.close_pairs import ClosePairs


def person(x: float, number: int = 1, label: str = "person") -> ObservedSubject:
    box = (x - 20.0, 100.0, x + 20.0, 200.0)
    return ObservedSubject(label=label, score=0.8, bbox=box, track_id=number)


def watch(*frames: tuple[float, list[ObservedSubject]]) -> list[float]:
    pairs = ClosePairs()
    return [pairs.see(subjects, at_s) for at_s, subjects in frames]


def test_nobody_and_somebody_alone_are_no_pair() -> None:
    assert watch((0, []), (1, [person(50)]), (2, [person(50)])) == [0, 0, 0]


def test_a_pair_is_timed_from_when_it_came_close() -> None:
    near, far = [person(50), person(90, 2)], [person(50), person(120, 2)]
    assert watch((0, far), (1, near), (1.5, near), (2, near)) == [0, 0, 0.5, 1.0]


def test_two_who_are_seen_as_one_for_a_moment_stay_a_pair() -> None:
    near = [person(50), person(70, 2)]
    assert watch((0, near), (0.5, [person(60)]), (1, near)) == [0, 0, 1.0]
    assert watch((0, near), (0.5, [person(60)]), (1.5, near)) == [0, 0, 0]


def test_others_who_come_close_in_turn_are_other_pairs() -> None:
    frames = [(float(n), [person(50), person(70, 2 + n)]) for n in range(4)]
    assert watch(*frames) == [0, 0, 0, 0]


def test_a_thing_is_no_other() -> None:
    both = [person(50), person(60, 2, "vehicle")]
    assert watch((0, both), (1, both)) == [0, 0]


def test_the_longest_pair_counts_and_old_ones_are_forgotten() -> None:
    pairs = ClosePairs()
    for step in range(601):
        crowd = [person(60.0 * n, 3 * step + n) for n in range(3)]
        longest_s = pairs.see([person(400, 9001), person(410, 9002), *crowd], step / 5)
    assert longest_s == 120
    assert len(pairs._pairs) < 30
