"""What the shipped rules say, and how a rule that cannot work is refused."""

import re
from pathlib import Path

import cel
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aegis.errors import ConfigurationError
from aegis.located_yaml import LocatedYaml
from policies.threat.expression import Expression, narrow
from policies.threat.rules import ThreatRules, compile_rules, load_rules

RULE = """\
version: 1
rules:
  - name: waiting
    watches: person
    params: {min_s: 5.0}
    when: WHEN
    type: suspicious_behavior
    subtype: waiting
    severity: low
    reasoning: "{who} waits"
    behavior: waiting
"""


def rules_where(when: str, **replaced: str) -> ThreatRules:
    text = RULE.replace("WHEN", f"'{when}'")
    for old, new in replaced.items():
        text = re.sub(rf"(?m)^    {old}: .*$", f"    {old}: {new}", text)
    return compile_rules(LocatedYaml(text.encode(), "rules.yaml"))


def refusal(when: str, **replaced: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        rules_where(when, **replaced)
    return str(caught.value)


def test_shipped_rules_load_and_cover_the_kinds_promised() -> None:
    rules = load_rules(None)
    assert {rule.rule.subtype for rule in rules.rules} >= {
        "weapon",
        "restricted_zone",
        "out_of_hours",
        "loitering",
    }


def test_no_verdict_may_quieten_what_endangers_lives() -> None:
    rules = [compiled.rule for compiled in load_rules(None).rules]
    assert {rule.name for rule in rules if rule.life_safety} >= {"weapon_seen", "fight"}
    assert all(rule.life_safety for rule in rules if rule.type == "violence")


def test_version_follows_the_meaning_and_not_the_layout() -> None:
    when = "subject.dwell_s > params.min_s"
    first = rules_where(when)
    commented = compile_rules(
        LocatedYaml(("# a remark\n" + RULE.replace("WHEN", f'"{when}"')).encode(), "r.yaml")
    )
    assert first.version == commented.version
    assert first.version != rules_where(when, severity="medium").version
    assert re.fullmatch(r"[0-9a-f]{12}", first.version)


@pytest.mark.parametrize(
    "when",
    [
        "true",
        "subject.dwell_s > params.min_s && scene.people > 2",
        "'yard' in subject.zones && subject.zone_dwell_s['yard'] > 3.0",
        "subject.zones.exists(z, z.startsWith('yard'))",
        "subjects.exists(other, other.label == 'vehicle' && other.speed > 1.0)",
        "!site.is_open || site.weekday in ['sat', 'sun'] || site.hour < 6.0",
        "has(camera.attributes.floor) && camera.attributes.floor == 3",
        "(subject.near_person ? 1 : 2) == 1",
    ],
)
def test_condition_over_known_facts_is_accepted(when: str) -> None:
    assert len(rules_where(when.replace("'", "''")).rules) == 1


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("subject.dwell_s >", "not a CEL expression"),
        ("subject.dwel_s > 3.0", "subject.dwel_s is unknown"),
        ('subject.label == "robot" && subject.dwel_s > 3.0', "subject.dwel_s is unknown"),
        ("person.dwell_s > 3.0", "'person' is unknown"),
        ("subject.dwell_s > params.max_s", "params.max_s is unknown"),
        ("size(group) > 3", "'group' is unknown"),
        ("subjects.exists(other, other.colour > 2)", "other.colour is unknown"),
        ("max(subject.dwell_s, 2.0) > 1.0", "max"),
        ("subject.dwell_s", "true or false is expected"),
        ("subject.label + 3 == 4", "Unsupported operation"),
        ('subject.label == "robot" && subject.label > 3', "No such overload"),
        ('subject.zone_dwell_s["lobby"] > 3.0', "not always a 'lobby'"),
        ("scene.people / 0 > 1", "division by zero"),
    ],
)
def test_condition_that_would_fail_on_a_frame_is_refused_with_its_place(
    when: str, says: str
) -> None:
    message = refusal(when)
    assert message.startswith("rules.yaml:6:11: rules.0.when: ")
    assert says in message


@pytest.mark.parametrize(
    ("field", "value", "place"),
    [
        ("reasoning", '"{who} at {plaec}"', "10:16"),
        ("reasoning", '"{who.__class__}"', "10:16"),
        ("behavior", '"{"', "11:15"),
        ("type", "normal", "7:11"),
        ("severity", "awful", "9:15"),
        ("subtype", "Waiting Room", "8:14"),
    ],
)
def test_wrong_field_is_refused_with_its_place(field: str, value: str, place: str) -> None:
    assert refusal("true", **{field: value}).startswith(f"rules.yaml:{place}: rules.0.{field}: ")


def test_rule_named_twice_is_refused() -> None:
    twice = RULE + RULE.split("rules:\n")[1]
    with pytest.raises(ConfigurationError, match=r"rules\.yaml:12:11: .*'waiting' is here twice"):
        compile_rules(LocatedYaml(twice.replace("WHEN", "'true'").encode(), "rules.yaml"))


def test_part_of_a_rule_that_is_not_there_is_refused() -> None:
    text = RULE.replace("WHEN", "'true'") + "    part_of: [fihgt]\n"
    with pytest.raises(ConfigurationError, match=r"rules\.yaml:12:15: .*no rule 'fihgt'"):
        compile_rules(LocatedYaml(text.encode(), "rules.yaml"))


def test_rule_that_is_switched_off_is_checked_but_not_in_force() -> None:
    text = RULE.replace("WHEN", '"true"') + "    enabled: false\n"
    assert compile_rules(LocatedYaml(text.encode(), "rules.yaml")).rules == ()


def test_missing_rules_file_is_named() -> None:
    with pytest.raises(ConfigurationError, match=r"absent\.yaml: cannot be read"):
        load_rules(Path("absent.yaml"))


TOKENS = ["subject", ".dwell_s", ".zones", "(", ")", "[", "]", " && ", " || ", "!", "params.min_s"]
MORE = [" > ", " == ", "1", "2.5", "true", '"a"', " ? ", " : ", ".exists(x, ", "size(", " + ", "x"]


@given(st.lists(st.sampled_from(TOKENS + MORE), max_size=12).map("".join))
def test_any_condition_is_accepted_or_refused_with_its_place(when: str) -> None:
    try:
        rules_where(when)
    except ConfigurationError as error:
        message = str(error)
    else:
        message = "rules.yaml:6:11: fine"
    assert message.startswith("rules.yaml:6:11: ")


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        ("size(group) > 2", frozenset[str]()),
        ("group.exists(one, one.speed > 1.0)", frozenset({"speed"})),
        ("group.filter(one, one.speed > 1.0 && one.steady).size() > 1", {"speed", "steady"}),
        ("group.exists(one, one == group[0])", None),
        ("group[0].speed > 1.0", None),
        ("size(group) > 1 && group.all(x, x.y < 0.5)", frozenset({"y"})),
    ],
)
def test_of_a_list_only_what_is_asked_of_its_items_is_handed_over(
    source: str, asked: frozenset[str] | None
) -> None:
    assert Expression(source, {}).reads["group"] == asked
    people = [{"speed": 2.0, "steady": True, "y": 0.4}] * 3
    handed = narrow({"group": people}, Expression(source, {}).reads)
    assert Expression(source, {}).evaluate(cel.Context(handed)) is True
