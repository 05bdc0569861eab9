"""Open sockets, counted over replicas."""

from actors.seat_count import SeatCount


def test_seats_of_all_replicas_are_added_up() -> None:
    count = SeatCount()
    assert count.seat("a", {"key:1": 2}, 0.0) == {"key:1": 2}
    assert count.seat("b", {"key:1": 1, "key:2": 1}, 1.0) == {"key:1": 3, "key:2": 1}


def test_a_replica_says_what_it_holds_now_not_what_it_adds() -> None:
    count = SeatCount()
    count.seat("a", {"key:1": 2}, 0.0)
    assert count.seat("a", {"key:1": 1}, 1.0) == {"key:1": 1}
    assert count.seat("a", {"key:1": 0}, 2.0) == {"key:1": 0}


def test_a_replica_not_heard_of_for_30_s_holds_nothing() -> None:
    count = SeatCount()
    count.seat("dead", {"key:1": 9}, 0.0)
    assert count.seat("a", {"key:1": 1}, 30.0) == {"key:1": 10}
    assert count.seat("a", {"key:1": 1}, 31.0) == {"key:1": 1}


def test_confirming_keeps_what_is_held() -> None:
    count = SeatCount()
    count.seat("b", {"key:1": 4}, 0.0)
    count.seat("b", {"key:2": 1}, 20.0)
    assert count.seat("a", {"key:1": 1}, 40.0) == {"key:1": 5}
