"""The short run of `tests.integration.api.fuzz`: no finding of any check."""

import pytest

from tests.integration.api.fuzz import KEY, NOT_OF_DOUBLES, SEED, double, fuzz


@pytest.mark.timeout(600)
def test_schemathesis_finds_nothing() -> None:
    with double(KEY) as url:
        outcome = fuzz(url, KEY, SEED, 10, NOT_OF_DOUBLES, phases="examples,fuzzing")
    assert outcome.is_clean, outcome.said
    assert outcome.cases > 100
