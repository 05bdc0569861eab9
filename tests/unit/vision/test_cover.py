"""What those before a camera hide, and whoever the detector lost a moment ago."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.cover import Lost, cover

SCALE = (0.5, 0.5)


def person(x: float, track_id: int | None = 7) -> ObservedSubject:
    return ObservedSubject(
        label="person", score=0.8, bbox=(x, 40.0, x + 20, 100.0), track_id=track_id
    )


def test_a_box_hides_what_is_behind_with_a_margin() -> None:
    hidden = cover([(50.0, 20.0, 60.0, 50.0)])
    assert hidden[20:50, 50:60].all()
    assert hidden[17, 47]
    assert hidden[53, 55]
    assert not hidden[:, :45].any()
    assert not hidden[:, 65:].any()


def test_who_is_lost_is_waited_for_as_long_as_the_tracker_waits() -> None:
    lost = Lost()
    assert not lost.see([person(100)], SCALE, 0.0).any()
    assert lost.see([], SCALE, 3.5)[30, 55]
    assert not lost.see([], SCALE, 4.0).any()


def test_who_walks_on_is_not_lost_where_he_was() -> None:
    lost = Lost()
    lost.see([person(100)], SCALE, 0.0)
    assert not lost.see([person(200)], SCALE, 0.5).any()


def test_what_has_no_track_is_never_waited_for() -> None:
    lost = Lost()
    lost.see([person(100, None)], SCALE, 0.0)
    assert not lost.see([], SCALE, 0.5).any()


def test_after_a_pause_nobody_is_waited_for() -> None:
    lost = Lost()
    lost.see([person(100)], SCALE, 0.0)
    lost.forget()
    assert not lost.see([], SCALE, 1.0).any()
