"""What every noun is made of: frozen models and UTC instants."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a moment without a zone is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


UtcDatetime = Annotated[datetime, AfterValidator(to_utc)]
"""An instant, always UTC, written as ISO 8601 with `Z`."""


class Value(BaseModel):
    """A frozen model; change it with `model_copy(update=...)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
