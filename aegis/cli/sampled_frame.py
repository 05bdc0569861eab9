"""One frame on its way to the server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SampledFrame:
    """image: encoded; time_s: since the first frame, in video time; number: counts from 0."""

    image: bytes
    time_s: float
    number: int
