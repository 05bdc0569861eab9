"""What those before a camera hide, and whoever the detector lost a moment ago."""

from aegis.domain.observation import ObservedSubject
from aegis.vision.background.foreground import Foreground

SCALE = (0.5, 0.5)


def person(x: float, track_id: int | None = 7) -> ObservedSubject:
    return ObservedSubject(
        label="person", score=0.8, bbox=(x, 40.0, x + 20, 100.0), track_id=track_id
    )


def test_who_is_in_view_hides_what_is_behind_with_a_margin() -> None:
    hidden = Foreground().see([person(100)], SCALE, 0.0)
    assert hidden.in_view[20:50, 50:60].all()
    assert hidden.in_view[17, 47]
    assert hidden.in_view[53, 55]
    assert not hidden.in_view[:, :45].any()
    assert not hidden.in_view[:, 65:].any()
    assert not hidden.lost.any()


def test_who_is_lost_is_waited_for_as_long_as_the_tracker_waits() -> None:
    foreground = Foreground()
    foreground.see([person(100)], SCALE, 0.0)
    hidden = foreground.see([], SCALE, 3.5)
    assert hidden.lost[30, 55]
    assert not hidden.in_view.any()
    assert not foreground.see([], SCALE, 4.0).lost.any()


def test_who_walks_on_is_not_lost_where_he_was() -> None:
    foreground = Foreground()
    foreground.see([person(100)], SCALE, 0.0)
    assert not foreground.see([person(200)], SCALE, 0.5).lost.any()


def test_what_has_no_track_is_never_waited_for() -> None:
    foreground = Foreground()
    assert foreground.see([person(100, None)], SCALE, 0.0).in_view.any()
    assert not foreground.see([], SCALE, 0.5).lost.any()


def test_after_a_pause_nobody_is_waited_for() -> None:
    foreground = Foreground()
    foreground.see([person(100)], SCALE, 0.0)
    foreground.forget()
    assert not foreground.see([], SCALE, 1.0).lost.any()
