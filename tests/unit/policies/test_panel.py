"""Rules asked together say what each says alone."""

from typing import Any

import cel
import pytest

from policies.threat.expression import Expression
from policies.threat.panel import Panel

SHARED: dict[str, Any] = {
    "scene": {"people": 2},
    "subjects": [{"speed": 3.0, "zones": ["yard"]}],
}
SLOW: dict[str, Any] = {"speed": 0.5, "zones": [], "label": "subject.speed"}
FAST: dict[str, Any] = {"speed": 2.0, "zones": ["yard", "door"], "label": "person"}
CONDITIONS = (
    "subject.speed >= 1.0",
    "subject . speed < 1.0 && scene.people == 2",
    "'yard' in subject.zones",
    "subject.zones.exists(it, it == 'door')",
    "subject.label == 'subject.speed'",
    "has(subject.speed) && subject.speed > 1.0",
    "'speed' in subject",
    "subjects.exists(subject, subject.speed > 2.5)",
    "subjects.exists(subject__speed, subject__speed.speed > 2.5) && subject.speed > 1.0",
)


def test_the_answers_are_those_that_each_gives_alone_whatever_subject_came_before() -> None:
    conditions = [Expression(source, {}) for source in CONDITIONS]

    rows = list(Panel(conditions).ask(SHARED, (SLOW, FAST, FAST, SLOW)))

    known = [cel.Context({**SHARED, "subject": it}) for it in (SLOW, FAST)]
    alone = [[condition.evaluate(context) for condition in conditions] for context in known]
    assert rows == [alone[0], alone[1], alone[1], alone[0]]


def test_a_condition_that_fails_is_named_and_the_others_still_answer() -> None:
    conditions = [
        Expression(it, {}) for it in ("subject.zones[1] == 'door'", "subject.speed > 1.0")
    ]

    slow, fast = Panel(conditions).ask(SHARED, (SLOW, FAST))

    assert isinstance(slow[0], ValueError)
    assert (slow[1], fast) == (False, [True, True])


@pytest.mark.parametrize(
    ("source", "flat"),
    [
        ("subject.speed > 1.0", "subject__speed > 1.0"),
        ("'subject.speed' == subject . label", "'subject.speed' == subject__label"),
        ("scene.people > 1", "scene.people > 1"),
        ("'speed' in subject", None),
        ("has(subject.speed)", None),
    ],
)
def test_fields_are_flattened_where_only_fields_are_mentioned(
    source: str, flat: str | None
) -> None:
    assert Expression(source, {}).flattened("subject") == flat
