"""How rarely a serving process looks for garbage."""

import gc
from collections.abc import Iterator

import pytest

from aegis.garbage import quick_start, seek_garbage_rarely


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_there_is_not_looked_through_again() -> None:
    kept = [{"made": [number]} for number in range(1000)]
    seek_garbage_rarely()
    assert gc.get_freeze_count() > len(kept)
    assert not any(it is kept for it in gc.get_objects())


def test_new_rings_are_still_found() -> None:
    seek_garbage_rarely()
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1


def test_garbage_is_sought_less_often_than_by_default() -> None:
    before = gc.get_threshold()
    seek_garbage_rarely()
    assert gc.get_threshold()[0] > before[0] > 0
    assert gc.get_threshold()[1:] == before[1:]


def test_while_a_process_starts_garbage_is_not_sought() -> None:
    with quick_start():
        assert not gc.isenabled()
        kept = [{"made": [number]} for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() > len(kept)


def test_a_start_that_fails_leaves_the_search_on() -> None:
    def fail() -> None:
        raise RuntimeError("no model")

    with pytest.raises(RuntimeError), quick_start():
        fail()
    assert gc.isenabled()
