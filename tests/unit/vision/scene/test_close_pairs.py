"""Who has been at close quarters with whom, and for how long."""

from aegis.vision.scene.close_pairs import ClosePairs

ONE_PAIR = [(1, 2)]


def watch(*frames: tuple[float, list[tuple[int, int]]]) -> list[float]:
    pairs = ClosePairs()
    return [pairs.see(close, at_s) for at_s, close in frames]


def test_where_nobody_is_close_there_is_no_pair() -> None:
    assert watch((0, []), (1, []), (2, [])) == [0, 0, 0]


def test_a_pair_is_timed_from_when_it_came_close() -> None:
    assert watch((0, []), (1, ONE_PAIR), (1.5, ONE_PAIR), (2, ONE_PAIR)) == [0, 0, 0.5, 1.0]


def test_two_who_are_seen_as_one_for_a_moment_stay_a_pair() -> None:
    assert watch((0, ONE_PAIR), (0.5, []), (1, ONE_PAIR)) == [0, 0, 1.0]
    assert watch((0, ONE_PAIR), (0.5, []), (1.5, ONE_PAIR)) == [0, 0, 0]


def test_others_who_come_close_in_turn_are_other_pairs() -> None:
    assert watch(*((float(n), [(1, 2 + n)]) for n in range(4))) == [0, 0, 0, 0]


def test_the_longest_pair_counts_and_old_ones_are_forgotten() -> None:
    pairs = ClosePairs()
    for step in range(601):
        passing = [(3 * step + n, 3 * step + n + 1) for n in range(3)]
        longest_s = pairs.see([(9001, 9002), *passing], step / 5)
    assert longest_s == 120
    assert len(pairs._pairs) < 30
