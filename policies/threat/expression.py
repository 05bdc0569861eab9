"""Conditions in CEL, compiled once and checked before the first frame."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import cel

Constant = bool | int | float | str
FieldsOf = Mapping[str, frozenset[str] | None]
"""Known names with their fields; None where any field may be asked for."""

_TEXT = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_PARAM_OR_TEXT = re.compile(
    _TEXT.pattern + r"|(?<![\w.])params\s*\.\s*(?P<name>[A-Za-z_]\w*)(?!\w*\s*\()"
)
_MACRO = re.compile(
    r"([A-Za-z_]\w*)\s*\.\s*(?:exists_one|exists|all|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,"
)
_FIELD = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\s*\.\s*([A-Za-z_]\w*)(?!\w*\s*\()")
_NAME = re.compile(r"(?<![\w.])([A-Za-z_]\w*)")
_HAS = re.compile(r"(?<![\w.])has\s*\(")
_CEL_ERRORS = (ValueError, TypeError, KeyError, RuntimeError, ArithmeticError, IndexError)


class Expression:
    """One CEL expression; raises ValueError with the position of a syntax error.

    params: constants that it names as `params.x`; they are written into it, which is
    quicker than to hand them over with every frame.
    bound: the source with its constants written in.
    reads: the names it needs, each with the fields it asks for, or None for all of it.
    """

    def __init__(self, source: str, params: Mapping[str, Constant]) -> None:
        _compile(source)
        self.source = source
        self.bound = _write_in(source, params)
        self._program = _compile(self.bound)
        self.reads: FieldsOf = _reads(_without_texts(self.bound), self._program.variables())

    def evaluate(self, context: cel.Context) -> Any:
        """Its value; raises ValueError that says why there is none."""
        try:
            return self._program.execute(context)
        except _CEL_ERRORS as error:
            raise ValueError(_in_short(error)) from error

    def flattened(self, name: str) -> str | None:
        """The bound source with `name__field` for every `name.field`.

        None where the name is mentioned in other ways, or a field of it in has(): then only
        the whole of it will do.
        """
        if name not in self.reads:
            return self.bound
        bare = _without_texts(self.bound)
        if self.reads[name] is None or f"{name}__" in bare or _HAS.search(bare):
            return None

        def flat(found: re.Match[str]) -> str:
            field = found.group("field")
            return found.group() if field is None else f"{name}__{field}"

        mention = rf"(?<![\w.]){re.escape(name)}\s*\.\s*(?P<field>[A-Za-z_]\w*)"
        return re.sub(f"{_TEXT.pattern}|{mention}", flat, self.bound)

    def check_names(self, known: FieldsOf, lists: frozenset[str], items: frozenset[str]) -> None:
        """Refuse names and fields that no frame will ever have.

        lists: names of lists whose items have the fields `items`. Raises ValueError.
        """
        bare = _without_texts(self.source)
        bound = {variable: name in lists for name, variable in _MACRO.findall(bare)}
        bound |= dict.fromkeys(_bound_names(bare) - set(bound), False)
        fields = {**known, **{name: items if is_item else None for name, is_item in bound.items()}}
        for name in self._program.variables():
            if name not in fields:
                raise ValueError(f"{name!r} is unknown; known are {_listed(known)}")
        for name, field in _FIELD.findall(bare):
            allowed = fields.get(name)
            if allowed is not None and field not in allowed:
                raise ValueError(f"{name}.{field} is unknown; {name} has {_listed(allowed)}")

    def try_out(self, context: dict[str, Any], expected: type[bool | float]) -> None:
        """Run it, and each of its clauses so that none hides behind another, on sample facts.

        Raises ValueError when it fails or its value is no `expected`.
        """
        sample = cel.Context(narrow(context, self.reads))
        value = self.evaluate(sample)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not (isinstance(value, bool) if expected is bool else is_number):
            wanted = "true or false" if expected is bool else "a number"
            raise ValueError(f"{wanted} is expected, but it gives {value!r}")
        for clause in _clauses(self.bound):
            _try_clause(clause, sample)


def narrow(facts: Mapping[str, Any], reads: FieldsOf) -> dict[str, Any]:
    """Only what is read: CEL copies whatever it is handed, at each evaluation.

    Of a list, these fields of each item.
    """
    return {
        name: facts[name] if fields is None else _narrowed(facts[name], fields)
        for name, fields in reads.items()
        if name in facts
    }


def _narrowed(value: Any, fields: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [{key: item[key] for key in fields} for item in value]
    return {key: value[key] for key in fields}


def merge_reads(asked: Iterable[FieldsOf]) -> FieldsOf:
    """What several expressions read together."""
    merged: dict[str, frozenset[str] | None] = {}
    for reads in asked:
        for name, fields in reads.items():
            known = merged.get(name, frozenset())
            merged[name] = None if fields is None or known is None else known | fields
    return merged


def _compile(source: str) -> cel.Program:
    try:
        return cel.compile(source)
    except ValueError as error:
        raise ValueError(f"not a CEL expression: {_in_short(error)}") from error


def _write_in(source: str, params: Mapping[str, Constant]) -> str:
    """The expression with constants in place of `params.x`, outside of texts."""

    def constant(found: re.Match[str]) -> str:
        name = found.group("name")
        return found.group() if name is None or name not in params else _literal(params[name])

    return _PARAM_OR_TEXT.sub(constant, source)


def _literal(value: Constant) -> str:
    if isinstance(value, float):
        return f"({value!r})"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str | bool) else f"({value})"


def _try_clause(clause: str, sample: cel.Context) -> None:
    """A missing key may be what another clause guards against; a wrong type never is."""
    try:
        program = cel.compile(clause)
    except ValueError:
        return
    try:
        program.execute(sample)
    except TypeError as error:
        raise ValueError(f"in `{clause}`: {_in_short(error)}") from error
    except RuntimeError as error:
        if "Undefined" in str(error):
            raise ValueError(f"in `{clause}`: {_in_short(error)}") from error
    except (ValueError, KeyError, ArithmeticError, IndexError):
        return


def _clauses(source: str) -> Iterator[str]:
    """The operands of `&&`, `||` and `?:`, down through brackets and negations."""
    parts = _split(source)
    for part in parts:
        inner = part.strip().removeprefix("!").strip()
        if inner.startswith("(") and inner.endswith(")") and inner != source.strip():
            yield from _clauses(inner[1:-1])
        if len(parts) > 1:
            yield part.strip()


def _split(source: str) -> list[str]:
    masked = _TEXT.sub(lambda text: "_" * len(text.group()), source)
    depth, start, parts = 0, 0, []
    for position, sign in enumerate(masked):
        depth += (sign in "([{") - (sign in ")]}")
        operator = masked[position : position + 2] in ("&&", "||") or sign in "?:"
        if operator and not depth:
            parts.append(source[start:position])
            start = position + (1 if sign in "?:" else 2)
    return [*parts, source[start:]]


def _reads(bare: str, names: list[str]) -> FieldsOf:
    mentions = _NAME.findall(bare)
    fields = _FIELD.findall(bare)
    reads: dict[str, frozenset[str] | None] = {}
    for name in names:
        asked = [field for owner, field in fields if owner == name]
        if len(asked) == mentions.count(name):
            reads[name] = frozenset(asked)
        else:
            reads[name] = _item_fields(bare, name, fields)
    return reads


def _item_fields(bare: str, name: str, fields: list[tuple[str, str]]) -> frozenset[str] | None:
    """What is asked of a list's items, if it is only counted or gone through by macros."""
    counted = len(re.findall(rf"(?<![\w.])size\s*\(\s*{name}\s*\)", bare))
    items = [variable for owner, variable in _MACRO.findall(bare) if owner == name]
    if counted + len(items) != _NAME.findall(bare).count(name):
        return None
    asked: set[str] = set()
    for variable in items:
        named = [field for owner, field in fields if owner == variable]
        # The macro itself names its variable once.
        if len(named) + items.count(variable) != _NAME.findall(bare).count(variable):
            return None
        asked |= set(named)
    return frozenset(asked)


def _without_texts(source: str) -> str:
    return _TEXT.sub('""', source)


def _bound_names(bare: str) -> set[str]:
    """Names that macros bind, also over ranges that are no plain name."""
    macro = r"\.\s*(?:exists_one|exists|all|filter|map)\s*\(\s*([A-Za-z_]\w*)\s*,"
    return set(re.findall(macro, bare))


def _listed(names: Mapping[str, Any] | frozenset[str]) -> str:
    return ", ".join(sorted(names))


def _in_short(error: Exception) -> str:
    """The first sentence or line of CEL's own words."""
    if isinstance(error, KeyError):
        return f"there is not always a {error.args[0]!r}; guard it with `in` or has()"
    first = str(error).strip().split("\n")[0]
    return re.sub(r"^Failed to parse expression '.*?': ERROR: <input>:", "", first)[:300]
