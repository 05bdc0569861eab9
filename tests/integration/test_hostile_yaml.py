"""Files made to hurt: refused or read, in bounded time and memory."""

import itertools
import re
import tracemalloc

import pytest

from aegis.domain.site import Site
from aegis.errors import ConfigurationError
from aegis.located_yaml import MAX_BYTES, LocatedYaml
from aegis.site_file import read_site

PLACE = re.compile(r"site\.yaml:\d+:\d+: .+")


def outcome(source: bytes) -> Site | str:
    try:
        return read_site(LocatedYaml(source, "site.yaml"))
    except ConfigurationError as error:
        return str(error)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in itertools.pairwise("abcdefghi")
)
CORNERS = ",".join(f"[0.{number:03},0.{number * 7 % 1000:03}]" for number in range(100))
ZONES = "\n".join(f"   - {{name: z{n}, polygon: [{CORNERS}]}}" for n in range(64))


@pytest.mark.parametrize(
    "source",
    [
        BOMB.encode(),
        b"[" * MAX_BYTES,
        b"{a: " * (MAX_BYTES // 4),
        b"- " * (MAX_BYTES // 2),
        b"? " * (MAX_BYTES // 2),
        b"a: " + b"9" * (MAX_BYTES - 3),
        b"timezone: " + b"A/" * 100_000,
        b"name: " + b"x" * (MAX_BYTES - 6),
        b"- a\n" * (MAX_BYTES // 4),
        b"\xff\xfe" * 1000,
        b'"' + b"\\x41" * 60_000,
        f"cameras:\n A:\n  zones:\n{ZONES}\n".encode(),
    ],
    ids=lambda source: repr(source[:12]),
)
@pytest.mark.timeout(60)
def test_hostile_files_are_refused_or_read_in_bounded_memory(source: bytes) -> None:
    tracemalloc.start()
    try:
        result = outcome(source)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(result, Site) or all(map(PLACE.match, result.splitlines()))
    assert peak < 100 * 2**20
