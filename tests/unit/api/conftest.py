from collections.abc import Iterator

import pytest

from tests.unit.api.api_double import ApiDouble, threat


@pytest.fixture
def api() -> Iterator[ApiDouble]:
    """Every frame is an incident of its own."""
    with ApiDouble(threat()) as double:
        yield double


@pytest.fixture
def quiet_api() -> Iterator[ApiDouble]:
    """Nothing ever happens."""
    with ApiDouble() as double:
        yield double


@pytest.fixture(scope="module")
def shared_api() -> Iterator[ApiDouble]:
    """For what changes nothing: refusals and questions."""
    with ApiDouble(threat()) as double:
        yield double
