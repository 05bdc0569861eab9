"""What the libraries under test would say at the beginning and at the end.

Ray's own models use what pydantic deprecates: it is imported once, with that warning off.
"""

import gc
import warnings

from pydantic import PydanticDeprecatedSince20

with warnings.catch_warnings():
    warnings.simplefilter("ignore", PydanticDeprecatedSince20)
    import ray.serve.schema  # noqa: F401


def pytest_sessionfinish() -> None:
    """A VisionAgent freezes what it finds, which DuckDB would call leaked."""
    gc.unfreeze()
