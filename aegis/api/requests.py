"""What callers send: strict, bounded, unknown fields ignored."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WithJsonSchema,
    model_validator,
)

from aegis.api.bounded_json import (
    PLAIN_NAMES,
    BoundedObject,
    FreeValue,
    PlainText,
    check_bounds,
)
from aegis.api.instant import SCHEMA, parse_day, parse_instant
from aegis.domain.incident import IncidentStatus
from aegis.domain.response import ActionType

_BY_NAME = {action.value: action for action in ActionType} | {
    action.sentence: action for action in ActionType
}
# The neighbourhood of a frame's time must lie in the calendar too, in every time zone.
_FIRST_YEAR, _LAST_YEAR = 2, 9998
_CURL_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="  # noqa: E501


def _read_instant(value: object) -> datetime:
    if not isinstance(value, str):
        raise ValueError("should be an ISO 8601 string")  # noqa: TRY004 - pydantic's way
    moment = parse_instant(value)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"should lie in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment


def _read_integer(value: object) -> object:
    """To JSON 7.0 and 7 are one number; `"7"` and `true` are none."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _none_if_blank(text: str | None) -> str | None:
    return text if text and text.strip() else None


FrameNumber = Annotated[int, Field(ge=0, le=2**63 - 1), BeforeValidator(_read_integer)]
Instant = Annotated[datetime, BeforeValidator(_read_instant), WithJsonSchema(dict(SCHEMA))]
Name = Annotated[PlainText | None, Field(max_length=200), AfterValidator(_none_if_blank)]


class RequestBody(BaseModel):
    """A JSON object; no type is guessed from another."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


class FrameMetadata(RequestBody):
    """Where a frame comes from; further fields are kept with it."""

    model_config = ConfigDict(extra="allow", json_schema_extra=PLAIN_NAMES)
    __pydantic_extra__: dict[str, FreeValue] = Field(init=False)

    camera_id: Name = Field(None, description="Frames of one camera are one sequence")
    location: Name = None

    @model_validator(mode="before")
    @classmethod
    def _within_bounds(cls, value: object) -> object:
        return check_bounds(value) if isinstance(value, dict) else value

    def as_dict(self) -> dict[str, Any]:
        """All of it that was given."""
        return self.model_dump(exclude_none=True)


class AnalyzeRequest(RequestBody):
    """A frame to analyze."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"image": _CURL_PIXEL, "frame_number": 1},
                {
                    "image": _CURL_PIXEL,
                    "frame_number": 42,
                    "timestamp": "2025-01-19T10:30:00Z",
                    "metadata": {"camera_id": "CAM_01", "location": "Main Entrance"},
                },
            ]
        }
    )

    image: str = Field(
        description="Base64 of a JPEG or PNG; a data: prefix, white space and missing padding "
        "are accepted",
        json_schema_extra={"format": "base64-image"},
    )
    frame_number: (
        Annotated[int, Field(ge=0, le=2**63 - 1), BeforeValidator(_read_integer)] | None
    ) = Field(None, description="Orders a camera's frames")
    timestamp: Instant | None = Field(None, description="ISO 8601; without a zone it is UTC")
    metadata: FrameMetadata | None = None


class StatusRequest(RequestBody):
    """An operator's decision."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "status": "resolved",
                    "notes": "False alarm - authorized personnel",
                    "resolved_by": "operator_42",
                }
            ]
        }
    )

    status: IncidentStatus = Field(strict=False)
    notes: PlainText | None = Field(None, max_length=10_000)
    resolved_by: PlainText | None = Field(None, max_length=200)


class SqlBody(RequestBody):
    """One SELECT."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"sql": "SELECT camera_id, count(*) AS incidents FROM incidents GROUP BY camera_id"}
            ]
        }
    )

    sql: PlainText = Field(min_length=1, max_length=20_000)


Day = Annotated[date, BeforeValidator(parse_day)]


class SimulateBody(RequestBody):
    """Changed threat rules, and the days to try them on, included, UTC."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "policy": "version: 1\nrules: []\n",
                    "first_day": "2025-01-13",
                    "last_day": "2025-01-19",
                }
            ]
        }
    )

    policy: PlainText = Field(
        min_length=1, max_length=262_144, description="Threat rules as YAML (docs/policies.md)"
    )
    first_day: Day
    last_day: Day


class HoldBody(RequestBody):
    """Why an incident may not be deleted, and who says so."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"reason": "Police case 4711", "placed_by": "operator_42"}],
        }
    )

    reason: PlainText | None = Field(None, max_length=10_000)
    placed_by: PlainText | None = Field(None, max_length=200)


_ANY_PART: list[JsonValue] = [{"required": [it]} for it in ("rules", "site", "playbooks")]


class PoliciesBody(RequestBody):
    """What shall be in force: some of the three parts, or the number of an old version.

    A part is the document itself, or its YAML as one text. The body may be YAML as well.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "site": "name: Depot\ntimezone: Europe/Berlin\n",
                    "note": "The depot has moved",
                },
                {"version": 1, "note": "Back to what worked"},
            ],
            "oneOf": [
                {"required": ["version"], "not": {"anyOf": _ANY_PART}},
                {"anyOf": _ANY_PART, "not": {"required": ["version"]}},
            ],
        },
    )

    rules: dict[str, Any] | str = Field(default="", description="Threat rules")
    site: dict[str, Any] | str = Field(default="", description="The site file")
    playbooks: dict[str, Any] | str = Field(default="", description="Response playbooks")
    version: Annotated[int, BeforeValidator(_read_integer)] = Field(
        default=1, ge=1, le=10**9, description="Put this version again"
    )
    note: PlainText | None = Field(None, min_length=1, max_length=500, description="Why")


def _read_action(value: object) -> ActionType:
    action = _BY_NAME.get(value) if isinstance(value, str) else None
    if action is None:
        raise ValueError(f"should be one of {', '.join(_BY_NAME)}")
    return action


class ExecuteRequest(RequestBody):
    """An action to carry out now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action_type": "alert_security",
                    "incident_id": "incident_123",
                    "parameters": {"urgency": "high", "message": "Immediate response required"},
                }
            ]
        }
    )

    action_type: Annotated[
        ActionType,
        BeforeValidator(_read_action),
        WithJsonSchema({"type": "string", "enum": list(_BY_NAME)}),
    ] = Field(description="The type, or the sentence that recommends it")
    incident_id: str
    parameters: BoundedObject = Field(default_factory=dict)
