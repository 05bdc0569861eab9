"""Whom the detector loses for a moment still stands before the background."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.cover import Cover

SCALE = (0.5, 0.5)


def person(x: float, track_id: int | None = 7) -> ObservedSubject:
    return ObservedSubject(
        label="person", score=0.8, bbox=(x, 40.0, x + 20, 100.0), track_id=track_id
    )


def test_a_person_hides_what_is_behind_with_a_margin() -> None:
    hidden = Cover().see([person(100)], SCALE, 0.0)
    assert hidden[20:50, 50:60].all()
    assert hidden[18, 48]
    assert not hidden[:, :46].any()
    assert not hidden[:, 65:].any()


def test_who_is_lost_hides_it_for_as_long_as_the_tracker_waits() -> None:
    cover = Cover()
    cover.see([person(100)], SCALE, 0.0)
    assert cover.see([], SCALE, 3.5)[30, 55]
    assert not cover.see([], SCALE, 4.0).any()


def test_who_walks_on_hides_nothing_where_he_was() -> None:
    cover = Cover()
    cover.see([person(100)], SCALE, 0.0)
    hidden = cover.see([person(200)], SCALE, 0.5)
    assert not hidden[:, 45:65].any()
    assert hidden[30, 105]


def test_what_has_no_track_hides_only_while_it_is_seen() -> None:
    cover = Cover()
    assert cover.see([person(100, None)], SCALE, 0.0).any()
    assert not cover.see([], SCALE, 0.5).any()


def test_after_a_pause_nobody_is_waited_for() -> None:
    cover = Cover()
    cover.see([person(100)], SCALE, 0.0)
    cover.forget()
    assert not cover.see([], SCALE, 1.0).any()
