"""What somebody puts into force, however it is written."""

import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from aegis.errors import ConfigurationError
from policies.policy_request import read_request

SITE = {"name": "Depot", "hours": [{"opens": "07:00", "closes": "20:00"}]}


@pytest.mark.parametrize(
    "body",
    [
        yaml.safe_dump({"site": SITE}),
        json.dumps({"site": SITE}),
        json.dumps({"site": SITE}, indent="\t"),
        json.dumps({"site": yaml.safe_dump(SITE)}),
        yaml.safe_dump({"site": yaml.safe_dump(SITE)}),
    ],
    ids=["YAML", "JSON", "JSON with tabs", "text in JSON", "text in YAML"],
)
def test_yaml_and_json_and_texts_in_either_mean_the_same(body: str) -> None:
    request = read_request(body.encode())
    assert set(request.documents) == {"site"}
    assert yaml.safe_load(request.texts["site"]) == SITE


def test_a_text_is_kept_as_it_was_written() -> None:
    text = "# whose site this is\nname: Depot   # moved\n"
    request = read_request(json.dumps({"site": text, "note": " moved "}).encode())
    assert (request.texts, request.note) == ({"site": text}, "moved")


def test_characters_that_json_escapes_arrive_whole() -> None:
    assert "name: \U0001f600" in read_request(b'{"site": "name: \\ud83d\\ude00"}').texts["site"]
    with pytest.raises(ConfigurationError, match="body:1:10: half a character"):
        read_request(b'{"site": "name: \\ud83d"}')


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "give `version`, or any of"),
        (b"[1]", "body:1:1"),
        (b"{}", "give `version`, or any of"),
        (b"note: why\n", "give `version`, or any of"),
        (b"version: 1\nsite: {}\n", "give `version`, or any of"),
        (b"version: 0\n", "body:1:10: version: Input should be greater"),
        (b"rule: {}\n", "body:1:7: rule: Extra inputs"),
        (b"site: [1]\n", "body:1:7: site"),
        (b"site: {name: \xff}\n", "body:1:14: UTF-8"),
        (b'{"site": ', "body:1:10"),
        (b"site: 'name: ['\n", "site:1:8"),
        (b"note: ''\nsite: {}\n", "body:1:7: note"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_with_its_place(body: bytes, says: str) -> None:
    with pytest.raises(ConfigurationError, match=says.replace("[", r"\[")):
        read_request(body)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_a_located_error(body: bytes) -> None:
    try:
        told = str(read_request(body).texts and "body:1")
    except ConfigurationError as error:
        told = error.message
    assert all(line.split(":")[1].isdigit() for line in told.splitlines())
