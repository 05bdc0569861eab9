"""Small nets that learn what no straight line tells apart, the same for the same seed."""

import numpy as np
import pytest

from aegis.training.committee import Numbers, fit_committee, folds_by_source, held_out_logits

ROWS, INPUTS = 800, 40


@pytest.fixture(scope="module")
def example() -> tuple[Numbers, Numbers]:
    """Rows (M, N) and where each lies along a line; what is wanted lies at both of its ends."""
    random = np.random.default_rng(1)
    place = random.choice([-2.0, 0.0, 2.0], ROWS, p=[0.25, 0.5, 0.25])
    return place[:, None] + random.normal(0, 0.5, (ROWS, INPUTS)), place


def test_it_learns_what_lies_at_both_ends(example: tuple[Numbers, Numbers]) -> None:
    x, place = example
    right, half = place != 0, ROWS // 2
    fitted = fit_committee(x[:half], right[:half], np.ones(half), seed=1)
    assert ((fitted.logits(x[half:]) > 0) == right[half:]).mean() > 0.9
    assert fitted.losses[-1] < fitted.losses[0]


def test_rows_that_count_nothing_teach_nothing(example: tuple[Numbers, Numbers]) -> None:
    x, place = example
    right = place != 0
    is_lie = np.arange(ROWS) % 2 == 0
    fitted = fit_committee(x, right ^ is_lie, np.where(is_lie, 0.0, 1.0), seed=1)
    assert ((fitted.logits(x) > 0) == right).mean() > 0.9


def test_the_same_seed_gives_the_same_nets(example: tuple[Numbers, Numbers]) -> None:
    x, place = example
    first, again, other = (
        fit_committee(x[:200], place[:200] != 0, np.ones(200), seed) for seed in (1, 1, 9)
    )
    assert np.array_equal(first.hidden_weight, again.hidden_weight)
    assert not np.array_equal(first.hidden_weight, other.hidden_weight)


def test_every_source_is_held_out_whole_and_once() -> None:
    sources = np.array([f"place {number % 7}" for number in range(30)])
    folds = list(folds_by_source(sources, 3, seed=1))
    assert np.array_equal(np.sum(folds, axis=0), np.ones(30))
    assert all(not set(sources[out]) & set(sources[~out]) for out in folds)


def test_a_source_is_judged_by_what_others_taught() -> None:
    random = np.random.default_rng(2)
    x = random.normal(0, 1, (200, INPUTS))
    right = random.random(200) < 0.5
    sources = np.array([f"place {number // 2}" for number in range(200)])
    said = held_out_logits(x, right, np.ones(200), sources) > 0
    assert (said == right).mean() < 0.65
