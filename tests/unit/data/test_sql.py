"""Named SQL."""

import pytest

from data.sql import load_queries


@pytest.mark.parametrize("file", ["journal", "journal_migrations", "views"])
def test_every_query_begins_with_a_line_of_intent(file: str) -> None:
    queries = load_queries(file)
    assert queries
    for name, query in queries.items():
        assert query.startswith("-- "), name
        assert query.rstrip().endswith(";"), name


def test_queries_keep_their_order() -> None:
    assert list(load_queries("journal"))[:3] == ["append", "head", "read"]
