"""The one tree of errors: code, HTTP status, message, details.

Arguments are positional, because exceptions cross processes by pickling.
"""

from typing import Any, ClassVar


class AegisError(Exception):
    """Something went wrong that a caller can be told about."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str = "", details: dict[str, Any] | None = None) -> None:
        super().__init__(message, details)
        self.message = message or (self.__doc__ or "").strip()
        self.details = details or {}

    def __str__(self) -> str:
        return self.message


class BadRequest(AegisError):
    """The request contradicts itself."""

    code, status = "BAD_REQUEST", 400


class InvalidImage(AegisError):
    """The image cannot be decoded."""

    code, status = "INVALID_IMAGE", 400


class InvalidApiKey(AegisError):
    """The API key is missing or wrong."""

    code, status = "INVALID_API_KEY", 401


class Forbidden(AegisError):
    """The API key does not allow this."""

    code, status = "FORBIDDEN", 403


class NotFound(AegisError):
    """There is nothing at this address."""

    code, status = "NOT_FOUND", 404


class IncidentNotFound(NotFound):
    """There is no such incident."""

    code = "INCIDENT_NOT_FOUND"


class MethodNotAllowed(AegisError):
    """This address does not answer that method."""

    code, status = "METHOD_NOT_ALLOWED", 405


class RequestTimeout(AegisError):
    """The request did not arrive in time."""

    code, status = "REQUEST_TIMEOUT", 408


class EventsMissed(AegisError):
    """Events were lost between the last one seen and the next; read the incidents anew."""

    code, status = "EVENTS_MISSED", 410


class PayloadTooLarge(AegisError):
    """The request is larger than allowed."""

    code, status = "PAYLOAD_TOO_LARGE", 413


class ValidationFailed(AegisError):
    """A field is missing, or has a wrong type or value."""

    code, status = "VALIDATION_ERROR", 422


class RateLimitExceeded(AegisError):
    """Too many requests; wait before retrying."""

    code, status = "RATE_LIMIT_EXCEEDED", 429


class AnalysisFailed(AegisError):
    """The analysis failed."""

    code, status = "ANALYSIS_FAILED", 500


class ServiceUnavailable(AegisError):
    """A part of the system cannot answer now; try again shortly."""

    code, status = "SERVICE_UNAVAILABLE", 503


class ConfigurationError(AegisError):
    """A setting, a rule file or a weights file is wrong; the message names the remedy."""


class StorageDamaged(ServiceUnavailable, ConfigurationError):
    """What is on disk is not what was written; the message names the file and the remedy."""


class StoreFenced(ServiceUnavailable):
    """Another store has taken this journal over; this one writes no more."""
