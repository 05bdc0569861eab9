"""What the log keeps of an unforeseen error: where it was, not what the caller sent."""

import traceback

from pydantic import ValidationError

_MOST_CHARACTERS = 300


def describe_failure(error: BaseException) -> dict[str, str]:
    """Fields for a log line: type, message, stack and the error behind it, as plain text.

    No local variables: they hold pictures and keys. A pydantic error repeats its input, so its
    message is left out.
    """
    described = {
        "error": type(error).__qualname__,
        "message": ""
        if isinstance(error, ValidationError)
        else ascii(str(error)[:_MOST_CHARACTERS]),
        "stack": "".join(traceback.format_tb(error.__traceback__)),
    }
    if error.__cause__ is not None:
        described["cause"] = type(error.__cause__).__qualname__
    return described
