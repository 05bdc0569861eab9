"""Named SQL from the files beside it."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

_FOLDER = Path(__file__).parent / "queries"
_MARK = "-- name:"


def load_queries(file: str) -> Mapping[str, str]:
    """The queries of `queries/<file>.sql` by name, in the order of the file.

    A query starts with a line `-- name: NAME`; the comment below it says what it is for.
    """
    text = (_FOLDER / f"{file}.sql").read_text(encoding="utf-8")
    queries = {}
    for section in text.split(_MARK)[1:]:
        name, _, body = section.partition("\n")
        queries[name.strip()] = body.strip()
    return MappingProxyType(queries)
