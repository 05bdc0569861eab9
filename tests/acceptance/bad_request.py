"""One row of the table of bad input."""

import base64
from dataclasses import dataclass, field

from tests.acceptance.bad_pictures import GOOD_JPEG

IMAGE = base64.b64encode(GOOD_JPEG).decode()
"""What nothing is wrong with."""
INVALID = (422, "VALIDATION_ERROR")


@dataclass(frozen=True, slots=True)
class BadRequest:
    """expected: status and code of the error."""

    name: str
    method: str
    path: str
    expected: tuple[int, str]
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
