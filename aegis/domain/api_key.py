"""What a key of the API is and what it may do."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from aegis.domain.value import UtcDatetime, Value


class KeyScope(StrEnum):
    """What a key allows; no scope contains another."""

    READ = "read"
    """See incidents, evidence, figures and the stream."""
    ANALYZE = "analyze"
    """Send frames."""
    OPERATE = "operate"
    """Decide about incidents: status, notes, feedback."""
    ACTUATE = "actuate"
    """Carry out actions: alarms, doors, alerts."""
    ADMIN = "admin"
    """Delete, change rules, administrate."""


ALL_SCOPES = frozenset(KeyScope)

CameraRate = Annotated[float, Field(ge=0.1, le=1000, allow_inf_nan=False)]
"""Frames a second."""
CameraId = Annotated[str, Field(min_length=1, max_length=200)]


class ApiKey(Value):
    """A key as it is kept: never the key itself, only its SHA-256 (hexadecimal).

    scopes: at least one. cameras: those whose frames it may send, each with the most frames a
    second or None; empty: any camera, and none. requests_per_minute: None for the setting's.
    """

    id: str = Field(pattern=r"^key_[a-z0-9]{1,32}$")
    name: str = Field(min_length=1, max_length=100)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    scopes: frozenset[KeyScope] = Field(min_length=1)
    created_at: UtcDatetime
    expires_at: UtcDatetime | None = None
    revoked_at: UtcDatetime | None = None
    cameras: dict[CameraId, CameraRate | None] = Field(default_factory=dict)
    requests_per_minute: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _is_bound_as_a_whole(self) -> Self:
        if self.cameras and self.scopes != {KeyScope.ANALYZE}:
            raise ValueError(
                "a key that is bound to cameras may have the scope analyze only: "
                "the other scopes know no cameras"
            )
        return self

    def state_at(self, now: datetime) -> Literal["valid", "expired", "revoked"]:
        """Whether it opens the door at this moment."""
        if self.revoked_at is not None:
            return "revoked"
        return "expired" if self.expires_at is not None and self.expires_at <= now else "valid"
