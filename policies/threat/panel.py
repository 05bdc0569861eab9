"""Rules that are asked together, because handing facts to CEL costs more than a condition."""

from collections.abc import Sequence

import cel

from policies.threat.expression import Expression, FieldsOf, merge_reads


class Panel:
    """The conditions of several rules that look at the same facts, as one program.

    reads: what any of them reads.
    """

    def __init__(self, conditions: Sequence[Expression]) -> None:
        self._conditions = tuple(conditions)
        self.reads: FieldsOf = merge_reads(condition.reads for condition in conditions)
        rows = ", ".join(f"({condition.bound})" for condition in conditions)
        self._program = cel.compile(f"[{rows}]")

    def ask(self, context: cel.Context) -> list[bool | ValueError]:
        """Each rule's answer in order, or why it has none.

        One that fails spoils the whole row, so then each is asked by itself.
        """
        try:
            return [bool(answer) for answer in self._program.execute(context)]
        except Exception:  # noqa: BLE001 the culprit is found and named by asking one by one
            return [_ask_alone(condition, context) for condition in self._conditions]


def _ask_alone(condition: Expression, context: cel.Context) -> bool | ValueError:
    try:
        return bool(condition.evaluate(context))
    except ValueError as error:
        return error
