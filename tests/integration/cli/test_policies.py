"""`aegis policies` against the real API over a store on disk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from actors.incident_store import IncidentStore
from actors.policy_desk import PolicyDesk
from actors.policy_files import PolicyFiles
from aegis.cli.main import app
from aegis.testing.doubles import in_memory_runtime

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "site.yaml"


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["policies", *words])


@pytest.fixture
def url(tmp_path: Path, serve: Callable[..., str]) -> Iterator[str]:
    store = IncidentStore(tmp_path / "var")
    store.policies.seed(PolicyFiles())
    yield serve(in_memory_runtime(store=store, policies=PolicyDesk(store.policies)))
    store.close()


def test_a_site_is_applied_shown_listed_and_taken_back(url: str, tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text("# whose\nname: Depot\n")
    applied = run("apply", "--site", str(site), "--note", "moved", "--url", url)
    assert applied.exit_code == 0, applied.output
    assert "Version 2" in applied.output
    assert "weapon_seen" in run("show", "--url", url).output
    assert "life safety: never raised" in run("show", "weapon_seen", "--url", url).output
    listed = run("history", "--url", url).output
    assert "moved" in listed
    assert "The files at the first start" in listed
    assert "# whose" in run("history", "2", "--url", url).output
    back = run("apply", "--version", "1", "--url", url)
    assert "Version 3" in back.output
    assert "version 1 again" in back.output


def test_a_mistake_is_told_with_the_file_it_is_in(url: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("version: 1\nrules:\n  - {name: x}\n")
    refused = run("apply", "--rules", str(rules), "--site", str(EXAMPLE), "--url", url)
    assert refused.exit_code == 2
    assert f"{rules}:3:5: rules.0.watches" in refused.output
    assert "Version 2" not in run("history", "--url", url).output


def test_files_are_checked_without_a_server(tmp_path: Path) -> None:
    good = run("check", "--site", str(EXAMPLE))
    assert good.exit_code == 0
    assert "4 cameras" in good.output
    bad = tmp_path / "playbooks.yaml"
    bad.write_text("version: 1\nplaybooks: []\n")
    refused = run("check", "--playbooks", str(bad))
    assert refused.exit_code == 2
    assert f"{bad}:2:12" in refused.output


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("show", "nothing"), "no rule 'nothing'"),
        (("history", "9"), "no policy version 9"),
        (("apply",), "give `version`"),
        (("apply", "--site", "absent.yaml"), "absent.yaml: cannot be read"),
    ],
)
def test_what_cannot_be_done_says_why(url: str, words: tuple[str, ...], says: str) -> None:
    refused = run(*words, "--url", url)
    assert refused.exit_code == 2
    assert says in refused.output
