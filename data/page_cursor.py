"""A place in the list of incidents that stays where it is when new ones arrive."""

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from aegis.domain.incident import Incident
from aegis.errors import ValidationFailed
from data.incident_id import incident_number

_BEYOND = 10**18
"""No incident has so high a number."""


@dataclass(frozen=True, slots=True)
class PageCursor:
    """After the incident with this timestamp (UTC) and number."""

    happened_at: datetime
    number: int

    @classmethod
    def after(cls, incident: Incident) -> Self:
        """The place right after an incident."""
        return cls(incident.timestamp, incident_number(incident.id) or 0)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `str` wrote; raises ValidationFailed for anything else."""
        try:
            moment, number = json.loads(
                base64.b64decode(text.encode("ascii"), b"-_", validate=True)
            )
            place = cls(datetime.fromisoformat(moment), number)
            is_ours = str(place) == text and 0 <= number < _BEYOND
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            raise _refusal() from error
        if not is_ours:
            raise _refusal()
        return place

    def __str__(self) -> str:
        place = [self.happened_at.astimezone(UTC).isoformat(), int(self.number)]
        return base64.urlsafe_b64encode(json.dumps(place).encode()).decode("ascii")


def _refusal() -> ValidationFailed:
    return ValidationFailed("The cursor is not one that a page gave", {"field": "cursor"})
