"""Whatever people write gives a valid model or an error with its place."""

import json
import re
from datetime import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from aegis.domain.site import Site
from aegis.errors import ConfigurationError
from aegis.located_yaml import MAX_BYTES, LocatedYaml
from aegis.site_file import load_site, read_site

PLACE = re.compile(r"site\.yaml:\d+:\d+: .+")


def read(text: str) -> Site:
    return LocatedYaml(text.encode(), "site.yaml").validate(Site)


def test_empty_file_is_an_empty_document() -> None:
    assert read("") == read("# only a comment\n") == Site()


def test_clock_times_and_number_like_keys_stay_what_people_mean() -> None:
    site = read("hours:\n  - {opens: 18:00, closes: 06:30}\ncameras:\n  1: {location: on}\n")
    assert (site.hours[0].opens, site.hours[0].closes) == (time(18), time(6, 30))
    assert site.cameras["1"].location == "on"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("name: [", "1:8", "expected"),
        ("cameras:\n  A:\n    zone: []\n", "3:11", "Extra inputs"),
        ("timezone: Mars/Base\n", "1:11", "unknown time zone"),
        (
            "cameras:\n  A:\n    zones:\n    - polygon: [[0, 0], [1, 0], [1, 1]]\n",
            "4:7",
            "required",
        ),
        (
            "cameras:\n A:\n  zones:\n  - {name: z, polygon: [[0, 0], [1, 7], [1, 1]]}\n",
            "4:37",
            "less than or equal to 1",
        ),
        ("name: a\nname: b\n", "2:1", "twice"),
        ("a: &x [1]\nb: *x\n", "1:4", "anchors"),
        ("name: !!python/object:os.system x\n", "1:7", "tags"),
        ("name: a\n---\nname: b\n", "2:1", "one document"),
        ("? [a]\n: b\n", "1:3", "key"),
        ("name: a\x07b\n", "1:8", "character"),
        ("[" * 40 + "]" * 40, "1:26", "deep"),
        ("hours: [{opens: 25:00, closes: 06:00}]\n", "1:17", "time"),
        ("[1, 2]\n", "1:1", "dictionary"),
    ],
)
def test_mistake_is_named_with_line_and_column(text: str, place: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(text)
    assert str(caught.value).startswith(f"site.yaml:{place}: ")
    assert says in str(caught.value)


def test_every_wrong_field_is_reported_in_one_go() -> None:
    with pytest.raises(ConfigurationError) as caught:
        read("name: [1]\ntimezone: nowhere\n")
    lines = str(caught.value).splitlines()
    assert [line.split(": ")[0] for line in lines] == ["site.yaml:1:7", "site.yaml:2:11"]


def test_bytes_that_are_no_utf8_are_refused_where_they_stand() -> None:
    with pytest.raises(ConfigurationError, match=r"site\.yaml:2:7: UTF-8"):
        LocatedYaml(b"a: 1\nname: \xff\n", "site.yaml")


def test_oversized_file_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(ConfigurationError, match="larger than 256 KiB"):
        LocatedYaml(b"[" * (MAX_BYTES + 1), "site.yaml")


@pytest.mark.parametrize("path", [Path("absent.yaml"), Path(), Path("nul\0.yaml")])
def test_unreadable_file_is_a_configuration_error(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_site(path)


def test_no_file_means_an_undescribed_site() -> None:
    assert load_site(None) == Site.undescribed()


def outcome(source: bytes) -> Site | str:
    try:
        return read_site(LocatedYaml(source, "site.yaml"))
    except ConfigurationError as error:
        return str(error)


def is_site_or_located_error(result: Site | str) -> bool:
    return isinstance(result, Site) or all(map(PLACE.match, result.splitlines()))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_located_error_or_a_site(source: bytes) -> None:
    assert is_site_or_located_error(outcome(source))


SIGNS = "[]{}:,-?&*!|>'\"%@`# \n\t\\~"
WORDS = ["name", "cameras", "zones", "hours", "timezone", "polygon", "UTC"]
NUMBERS = ["1e999", "0x", ".inf", "\\x", "\\UFFFFFFFF"]


@given(st.lists(st.sampled_from([*SIGNS, *WORDS, *NUMBERS, "  ", "- ", ": ", "\0"]), max_size=60))
def test_any_yaml_like_text_gives_a_located_error_or_a_site(parts: list[str]) -> None:
    assert is_site_or_located_error(outcome("".join(parts).encode()))


PIECES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["CAM", "18:00", "9" * 400, "1e999", "Europe/Berlin", "restricted"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from([*WORDS, "adjacent", "feedback", "privacy", "tripwires", "CAM", ""]),
            inner,
            max_size=4,
        ),
    ),
    max_leaves=25,
)


@settings(max_examples=40)
@given(PIECES)
def test_any_value_written_as_yaml_gives_a_located_error_or_a_site(value: object) -> None:
    assert is_site_or_located_error(outcome(yaml.safe_dump(value, allow_unicode=True).encode()))
    assert is_site_or_located_error(outcome(json.dumps(value).encode("utf-8", "surrogatepass")))


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("cameras:\n  A: {adjacent: {B: 20}}\n", "2:21", "there is no camera 'B'"),
        ("cameras:\n  A: {adjacent: {A: 20}}\n", "2:21", "not adjacent to itself"),
        ("cameras:\n  A: {adjacent: {A: 0}}\n", "2:21", "greater than 0"),
        ("cameras:\n  '': {name: x}\n", "2:7", "needs an id"),
        (
            "cameras:\n A:\n  zones:\n  - {name: z, polygon: [[0, 0], [1, 1], [1, 0], [0, 1]]}\n",
            "4:24",
            "the edge from corner 1 crosses the edge from corner 3",
        ),
        (
            "cameras:\n A:\n  privacy: [[[0, 0], [0.5, 0.5], [1, 1]]]\n",
            "3:13",
            "enclose nothing",
        ),
        ("feedback: {lowest: 70, highest: 60}\n", "1:11", "above highest"),
    ],
)
def test_what_contradicts_itself_in_a_site_is_named_with_its_place(
    text: str, place: str, says: str
) -> None:
    found = outcome(text.encode())
    assert isinstance(found, str)
    assert found.startswith(f"site.yaml:{place}: ")
    assert says in found
