"""Sentences about evidence, from templates that people edit."""

from string import Formatter
from typing import Annotated

from pydantic import AfterValidator

PLACEHOLDERS = frozenset(
    "who zone dwell zone_dwell speed score count others camera place time hours".split()
)
"""What a template may name, in braces."""


def _known_placeholders(template: str) -> str:
    for _, name, spec, conversion in Formatter().parse(template):
        if name is not None and (name not in PLACEHOLDERS or spec or conversion):
            known = ", ".join(f"{{{word}}}" for word in sorted(PLACEHOLDERS))
            raise ValueError(f"{{{name}}} is no placeholder; there are {known}")
    return template


Template = Annotated[str, AfterValidator(_known_placeholders)]
"""A text with placeholders such as `{who}`; nothing else in it is interpreted."""


def word(template: str, words: dict[str, str]) -> str:
    """The template with its words in place, begun with a capital."""
    text = " ".join(template.format_map(words).split())
    return text[:1].upper() + text[1:]


def seconds(duration_s: float) -> str:
    """A duration as people say it: `94 s`, `12 min`."""
    return f"{duration_s:.0f} s" if duration_s < 600 else f"{duration_s / 60:.0f} min"
