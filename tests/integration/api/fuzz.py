"""schemathesis with all its checks against the API, with a fixed seed.

`python -m tests.integration.api.fuzz` runs at least 5,000 cases against the application over
doubles, `--system` against the whole system, `--url` against one that runs already (it will be
full of incidents afterwards). Exit status 1 when there is a finding.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from rich.console import Console

from aegis.api.app import create_app
from aegis.log import configure_logging
from aegis.testing.doubles import in_memory_runtime
from aegis.testing.running_system import running_system
from tests.acceptance.opened_incident import SITE, open_incident
from tests.integration.api.fuzz_hooks import CURSOR, RECORDS
from tests.integration.api.serving import serving
from tests.unit.api.api_double import PIXEL, make_settings, threat

SEED = 20250119
KEY = "correct-horse"
NOT_OF_DOUBLES = ("/api/sql",)
"""A store without a disk has no database to ask; the running system has."""
_ROOT = Path(__file__).parents[3]
_BOUNDLESS = 10**9
_TOO_SLOW_S = 20


@dataclass(frozen=True, slots=True)
class Outcome:
    """cases: requests that were made up and sent; said: what schemathesis printed."""

    cases: int
    is_clean: bool
    said: str


def fuzz(
    url: str,
    key: str | None,
    seed: int,
    examples: int,
    but: Sequence[str] = (),
    phases: str = "examples,coverage,fuzzing,stateful",
) -> Outcome:
    """One run; examples: cases for each operation in each of the random phases.

    but: paths to leave out.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        if key:
            # By the scheme and not as a header, so that requests without it are made as well.
            auth = f'[auth.openapi.ApiKey]\napi_key = "{key}"\n'
            (Path(folder) / "schemathesis.toml").write_text(auth)
        done = subprocess.run(
            [
                *_command(url, seed, examples),
                f"--phases={phases}",
                *(f"--exclude-path={path}" for path in but),
                f"--report-json-path={report}",
            ],
            cwd=folder,
            env=os.environ
            | {
                "SCHEMATHESIS_HOOKS": "tests.integration.api.fuzz_hooks",
                "PYTHONPATH": str(_ROOT),
            }
            | _what_is_there(url, key),
            capture_output=True,
            text=True,
            check=False,
        )
        told = json.loads(report.read_text()) if report.exists() else {}
    cases = told.get("test_cases", {}).get("generated", 0)
    operations = told.get("operations", {})
    is_whole = cases > 0 and operations.get("tested") == operations.get("selected")
    return Outcome(cases, is_whole and done.returncode == 0, done.stdout + done.stderr)


@contextmanager
def double(key: str | None) -> Iterator[str]:
    """The application over doubles: every frame is a threat, nobody is limited."""
    settings = make_settings(
        api_key=key, requests_per_minute=_BOUNDLESS, keyed_requests_per_minute=_BOUNDLESS
    )
    with serving(create_app(in_memory_runtime([threat()]), settings)) as url:
        yield url


def main() -> int:
    """Run, print a line for each run and what was found."""
    asked = _read_arguments()
    configure_logging("CRITICAL")
    sound = True
    out = Console(width=100, highlight=False, markup=False)
    out.print(f"{'system':<28}{'key':<6}{'seed':>10}{'cases':>8}  findings")
    for name, key, url in _targets(asked):
        but = NOT_OF_DOUBLES if name.endswith("doubles") else ()
        outcome = fuzz(url, key, asked.seed, asked.examples, but)
        found = "none" if outcome.is_clean else "SOME"
        out.print(
            f"{name:<28}{'yes' if key else 'no':<6}{asked.seed:>10}{outcome.cases:>8}  {found}"
        )
        if not outcome.is_clean:
            sound = False
            out.print(outcome.said, soft_wrap=True)
    return 0 if sound else 1


def _targets(asked: argparse.Namespace) -> Iterator[tuple[str, str | None, str]]:
    if asked.url:
        yield asked.url, asked.key, asked.url
    elif asked.system:
        settings = {
            "API_KEY": KEY,
            "AEGIS_REQUESTS_PER_MINUTE": str(_BOUNDLESS),
            "AEGIS_KEYED_REQUESTS_PER_MINUTE": str(_BOUNDLESS),
            "AEGIS_SITE_FILE": str(SITE),
        }
        with (
            tempfile.TemporaryDirectory() as folder,
            running_system(Path(folder), settings) as system,
        ):
            with httpx.Client(base_url=system.url, headers={"X-API-Key": KEY}, timeout=60) as api:
                for camera in ("CAM_01", "CAM_03"):
                    open_incident(api, camera)
            yield "running system", KEY, system.url
    else:
        for key in (None, KEY):
            with double(key) as url:
                yield "application over doubles", key, url


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--examples", type=int, default=300, help="for each operation")
    parser.add_argument("--system", action="store_true", help="start the whole system")
    parser.add_argument("--url", help="a system that runs already")
    parser.add_argument("--key", help="its key")
    return parser.parse_args()


def _command(url: str, seed: int, examples: int) -> Sequence[str]:
    program = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"]
    return [
        *program,
        "--checks=all",
        f"--seed={seed}",
        f"--max-examples={examples}",
        f"--request-timeout={_TOO_SLOW_S}",
        "--suppress-health-check=all",
        "--continue-on-failure",
        "--report=json",
    ]


def _what_is_there(url: str, key: str | None) -> dict[str, str]:
    """The cursor of a page after which there is another one, and the journal's records."""
    headers = {"X-API-Key": key} if key else {}
    with httpx.Client(base_url=url, headers=headers, timeout=60) as api:
        for _ in range(2):
            api.post("/api/analyze", json={"image": PIXEL}).raise_for_status()
        page = api.get("/api/incidents", params={"limit": 1}).json()["pagination"]
        head = api.get("/api/proof/head").json()
    return {CURSOR: page["next_cursor"] or "", RECORDS: str(head["tree_size"])}


if __name__ == "__main__":
    sys.exit(main())
