"""Ray's own models use what pydantic deprecates: it is imported once, with that warning off."""

import warnings

from pydantic import PydanticDeprecatedSince20

with warnings.catch_warnings():
    warnings.simplefilter("ignore", PydanticDeprecatedSince20)
    import ray.serve.schema  # noqa: F401
