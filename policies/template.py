"""Texts with placeholders that people edit."""

from collections.abc import Set
from string import Formatter

from pydantic import AfterValidator


def placeholders(known: Set[str]) -> AfterValidator:
    """Checks that a text names only these in braces; nothing else in it is interpreted.

    The check raises ValueError, so that the field that holds the text is the one in error.
    """

    def check(text: str) -> str:
        for _, name, spec, conversion in Formatter().parse(text):
            if name is not None and (name not in known or spec or conversion):
                words = ", ".join(f"{{{word}}}" for word in sorted(known))
                raise ValueError(f"{{{name}}} is no placeholder; there are {words}")
        return text

    return AfterValidator(check)
