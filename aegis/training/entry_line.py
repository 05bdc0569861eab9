"""Finds where in a JSON text an entry stands, so that an error can name its line."""

import json

_BLANKS = " \t\r\n"
_DECODER = json.JSONDecoder()


def entry_line(text: str, part: str, index: int) -> int:
    """Return the line, from 1, on which item ``index`` of the top-level list ``part`` begins.

    Without such an item it is line 1. text: valid JSON with an object at the top.
    """
    at = _skip(text, _skip(text, 0) + 1)
    while at < len(text) and text[at] == '"':
        key, at = _DECODER.raw_decode(text, at)
        at = _skip(text, _skip(text, at) + 1)
        if key == part and text[at] == "[":
            return text.count("\n", 0, _item_start(text, at, index)) + 1
        at = _next(text, _DECODER.raw_decode(text, at)[1])
    return 1


def _item_start(text: str, at: int, index: int) -> int:
    """Return the position of an item of the list whose bracket is at ``at``; 0 without one."""
    at = _skip(text, at + 1)
    for _ in range(index):
        if text[at] == "]":
            return 0
        at = _next(text, _DECODER.raw_decode(text, at)[1])
    return 0 if text[at] == "]" else at


def _next(text: str, at: int) -> int:
    at = _skip(text, at)
    return _skip(text, at + 1) if text[at : at + 1] == "," else at


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _BLANKS:
        at += 1
    return at
