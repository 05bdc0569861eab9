"""What every noun is made of: frozen models and UTC instants."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict


def to_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a moment without a zone is taken as UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


UtcDatetime = Annotated[datetime, AfterValidator(to_utc)]
"""An instant, always UTC, written as ISO 8601 with `Z`."""


class Value(BaseModel):
    """A frozen model; change it with `model_copy(update=...)`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")

    def changed_by(self, fields: Mapping[str, Any]) -> Self:
        """`model_copy(update=fields)` in less than half the time, for what every frame makes.

        The fields are taken as they are, unchecked.
        """
        changed = object.__new__(type(self))
        known = self.__pydantic_fields_set__ | fields.keys()
        object.__setattr__(changed, "__dict__", {**self.__dict__, **fields})
        object.__setattr__(changed, "__pydantic_fields_set__", known)
        object.__setattr__(changed, "__pydantic_extra__", None)
        object.__setattr__(changed, "__pydantic_private__", None)
        return changed
