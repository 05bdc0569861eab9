"""The `image` field of a request: base64 in the forms in which clients send it."""

import binascii
import re

from aegis.errors import InvalidImage

_DATA_PREFIX = re.compile(r"data:[^,]{0,200};base64,", re.IGNORECASE)


def decode_image_field(text: str) -> bytes:
    """The encoded picture; raises InvalidImage.

    A `data:` prefix, white space and missing padding are accepted, another alphabet is not.
    """
    compact = "".join(text.split())
    prefix = _DATA_PREFIX.match(compact)
    payload = compact[prefix.end() :] if prefix else compact
    missing = -len(payload) % 4
    try:
        data = binascii.a2b_base64(payload + "=" * missing, strict_mode=True)
    except ValueError as error:
        raise _refusal("Image data is not valid base64", "base64") from error
    if not data:
        raise _refusal("Image data is empty", "base64")
    return data


def describe_image(error: InvalidImage) -> InvalidImage:
    """The same refusal with the document's details, for a picture that was base64 at least."""
    return InvalidImage(error.message, _details("JPEG or PNG") | error.details)


def _refusal(message: str, expected: str) -> InvalidImage:
    return InvalidImage(message, _details(expected))


def _details(expected: str) -> dict[str, str]:
    return {"field": "image", "received_type": "string", "expected_format": expected}
