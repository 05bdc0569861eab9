"""The server's error envelope, as the error it was."""

from typing import NoReturn

import httpx
from pydantic import ValidationError

from aegis import errors
from aegis.api.schemas import ErrorEnvelope, ErrorObject
from aegis.errors import AegisError


def raise_error_of(answer: httpx.Response) -> NoReturn:
    """Raise what the envelope says; a proxy's own error page becomes its nearest kin."""
    try:
        error = ErrorEnvelope.model_validate_json(answer.content).error
    except ValidationError:
        raise _by_status(answer.status_code)(
            f"{answer.request.url.host} answered {answer.status_code} {answer.reason_phrase}"
        ) from None
    raise error_of(error)


def error_of(error: ErrorObject) -> AegisError:
    """The error of our tree that carries this code."""
    kind = next((kind for kind in _tree() if kind.code == error.code), AegisError)
    return kind(error.message, dict(error.details))


def _by_status(status: int) -> type[AegisError]:
    return next((kind for kind in _tree() if kind.status == status), AegisError)


def _tree() -> list[type[AegisError]]:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    return [kind for kind in kinds if issubclass(kind, AegisError)]
