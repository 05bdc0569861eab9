"""The query of the incident list, from text to the domain's query."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from aegis.api.bounded_json import PlainText, check_text
from aegis.api.instant import SCHEMA, parse_end, parse_instant
from aegis.domain.assessment import Severity
from aegis.domain.incident import IncidentQuery, IncidentStatus
from aegis.domain.question import ExportForm
from aegis.errors import BadRequest

_MAX_OFFSET = 10**9
_MAX_CURSOR = 500

Word = TypeVar("Word", bound=StrEnum)


def split_words(values: object) -> object:
    """Words given with commas or by repeating the parameter, or both."""
    given = values if isinstance(values, list) else [values]
    return [word.strip() for text in given for word in str(text).split(",")]


def read_whole_number(value: object) -> object:
    """Digits only: `1_000`, `1.0` and digits of other scripts are no numbers here."""
    if isinstance(value, str):
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
            raise ValueError("should be a whole number")
        return int(value)
    return value


def _read_start(value: object) -> object:
    return parse_instant(value) if isinstance(value, str) else value


def _read_end(value: object) -> object:
    return parse_end(value) if isinstance(value, str) else value


def _check_cursor(text: str) -> str:
    """The store knows its own; this only spares it what cannot be one."""
    if not text or len(text) > _MAX_CURSOR:
        raise ValueError("should be the next_cursor of a page")
    return check_text(text)


WholeNumber = Annotated[int, BeforeValidator(read_whole_number)]
_Start = Annotated[datetime, BeforeValidator(_read_start), WithJsonSchema(dict(SCHEMA))]
_End = Annotated[datetime, BeforeValidator(_read_end), WithJsonSchema(dict(SCHEMA))]
_Words = Annotated[list[PlainText], BeforeValidator(split_words)]


class IncidentConditions(BaseModel):
    """Which incidents are wanted."""

    model_config = ConfigDict(extra="ignore")

    status: Annotated[list[IncidentStatus], BeforeValidator(split_words)] = Field(
        default=[], description="One or several, by commas or repeated", examples=["active"]
    )
    severity: Annotated[list[Severity], BeforeValidator(split_words)] = Field(
        default=[], description="One or several, by commas or repeated", examples=["high"]
    )
    type: _Words = Field(
        default=[],
        description="One or several; an unknown one matches nothing",
        max_length=100,
        examples=["violence", "suspicious_behavior"],
    )
    from_date: _Start | None = Field(
        None,
        description="ISO 8601, included; without a zone UTC",
        examples=["2025-01-01T00:00:00Z"],
    )
    to_date: _End | None = Field(
        None,
        description="ISO 8601, included; a bare date includes that day",
        examples=["2025-01-31T23:59:59Z"],
    )
    camera_id: PlainText | None = Field(
        None, max_length=200, description="Only of this camera", examples=["CAM_01"]
    )
    q: PlainText | None = Field(
        None, max_length=500, description="Text in reasoning, notes, subjects"
    )

    def to_query(self) -> IncidentQuery:
        """The domain's query; raises BadRequest when the dates contradict each other."""
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise BadRequest("from_date is after to_date", {"field": "from_date"})
        same: dict[str, Any] = self.model_dump(
            include={"from_date", "to_date", "camera_id", "limit", "offset", "cursor"}
        )
        return IncidentQuery(
            statuses=_each_once(self.status),
            severities=_each_once(self.severity),
            types=tuple(dict.fromkeys(self.type)),
            text=self.q,
            **same,
        )


class ExportFilter(IncidentConditions):
    """The query parameters of `GET /api/incidents/export`."""

    format: ExportForm = Field(
        ExportForm.CSV, description="csv, jsonl or parquet", examples=["csv"]
    )


class IncidentFilter(IncidentConditions):
    """The query parameters of `GET /api/incidents`."""

    limit: WholeNumber = Field(100, ge=1, le=1000, description="Max results", examples=[50])
    offset: WholeNumber = Field(
        0, ge=0, le=_MAX_OFFSET, description="Pagination offset", examples=[0]
    )
    cursor: Annotated[str, AfterValidator(_check_cursor)] | None = Field(
        None,
        description="`next_cursor` of the page before; wins over offset",
        json_schema_extra={"format": "cursor"},
    )


def _each_once(words: list[Word]) -> tuple[Word, ...]:
    return tuple(dict.fromkeys(words))
