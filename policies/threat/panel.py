"""Rules that are asked together, because handing facts to CEL costs more than a condition."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import cel

from policies.threat.expression import Expression, FieldsOf, merge_reads, narrow

Answer = bool | ValueError


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
        self._fields = [(it, f"subject__{it}") for it in sorted(fields.get("subject") or ())]

    def ask(
        self, shared: Mapping[str, Any], subjects: Iterable[Mapping[str, Any]]
    ) -> Iterator[list[Answer]]:
        """For each subject, each rule's answer in order, true or not, or why it has none.

        shared: the facts beside it. One answer that fails spoils the whole row, so then each
        rule is asked by itself.
        """
        context = cel.Context(narrow(shared, self._reads))
        told: dict[str, Any] = {}
        for subject in subjects:
            context.update(self._news(subject, told))
            try:
                row: list[Answer] = self._program.execute(context)
            except Exception:  # noqa: BLE001 the culprit is found and named by asking one by one
                alone = cel.Context(narrow({**shared, "subject": subject}, self._reads))
                row = [_ask_alone(condition, alone) for condition in self._conditions]
            yield row

    def _news(self, subject: Mapping[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        """What to tell the program of this subject; told: what it knows, brought up to date."""
        news: dict[str, Any] = {}
        for field, variable in self._fields:
            value, known = subject[field], told.get(field, self)
            if known != value or type(known) is not type(value):
                news[variable] = told[field] = value
        if "subject" in self._whole:
            news |= narrow({"subject": subject}, self._whole)
        return news


def _ask_alone(condition: Expression, context: cel.Context) -> Answer:
    try:
        return bool(condition.evaluate(context))
    except ValueError as error:
        return error
