"""A unit test may not start Ray."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _ray_stays_off() -> Iterator[None]:
    yield
    ray = sys.modules.get("ray")
    assert ray is None or not ray.is_initialized(), "a unit test started Ray"
