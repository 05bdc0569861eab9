"""Rules that are asked together, because handing facts to CEL costs more than a condition."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cel

from policies.threat.expression import Expression, FieldsOf, merge_reads, narrow

Answer = bool | ValueError

_UNTOLD = object()


class Panel:
    """The conditions of several rules that look at the same subjects, as one program.

    Facts of a subject are handed over as variables of their own, `subject__speed`, and only
    those that differ from the subject before: most are the same for most.
    """

    def __init__(self, conditions: Sequence[Expression]) -> None:
        self._conditions = tuple(conditions)
        flat = [condition.flattened("subject") for condition in conditions]
        rows = [it or condition.bound for it, condition in zip(flat, conditions, strict=True)]
        self._program = cel.compile(f"[{', '.join(f'({row})' for row in rows)}]")
        self._whole = merge_reads(
            condition.reads for it, condition in zip(flat, conditions, strict=True) if it is None
        )
        self._reads = merge_reads(condition.reads for condition in conditions)
        fields: FieldsOf = merge_reads(
            condition.reads for it, condition in zip(flat, conditions, strict=True) if it
        )
        self._fields = sorted(fields.get("subject") or ())
        self._variables = [f"subject__{field}" for field in self._fields]

    def ask(
        self, shared: Mapping[str, Any], subjects: Iterable[Mapping[str, Any]]
    ) -> Iterator[list[Answer]]:
        """For each subject, each rule's answer in order, true or not, or why it has none.

        shared: the facts beside it. One answer that fails spoils the whole row, so then each
        rule is asked by itself.
        """
        context = cel.Context(narrow(shared, self._reads))
        told: list[Any] = [_UNTOLD] * len(self._fields)
        for subject in subjects:
            known, told = told, [subject[field] for field in self._fields]
            context.update(self._news(told, known))
            if "subject" in self._whole:
                context.update(narrow({"subject": subject}, self._whole))
            try:
                row: list[Answer] = self._program.execute(context)
            except Exception:  # noqa: BLE001 the culprit is found and named by asking one by one
                alone = cel.Context(narrow({**shared, "subject": subject}, self._reads))
                row = [_ask_alone(condition, alone) for condition in self._conditions]
            yield row

    def _news(self, values: list[Any], known: list[Any]) -> dict[str, Any]:
        """What to tell the program of a subject; both in the order of its fields."""
        return {
            variable: value
            for variable, value, old in zip(self._variables, values, known, strict=True)
            if value is not old and (value != old or type(value) is not type(old))
        }


def _ask_alone(condition: Expression, context: cel.Context) -> Answer:
    try:
        return bool(condition.evaluate(context))
    except ValueError as error:
        return error
