"""Export, SQL and the report from the command line, over the real store."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from actors.incident_store import IncidentStore
from aegis.cli.main import app
from aegis.domain.analysis import StripFrame
from aegis.domain.assessment import Severity
from aegis.domain.incident import IncidentStatus, StatusUpdate
from aegis.ports import Runtime
from aegis.testing.doubles import in_memory_runtime
from aegis.vision.decoding.image_codec import encode_jpeg
from tests.integration.cli.scripted_verdicts import Verdicts

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def url(tmp_path: Path, serve: Callable[[Runtime], str], verdicts: Verdicts) -> Iterator[str]:
    store = IncidentStore(tmp_path / "data")
    asyncio.run(fill(store, verdicts))
    yield serve(in_memory_runtime(store=store, vault=store.vault))
    store.close()


async def fill(store: IncidentStore, verdicts: Verdicts) -> None:
    for number in range(6):
        moment = MONDAY + timedelta(hours=20 * number)
        seen = verdicts.intrusion.model_copy(
            update={
                "captured_at": moment,
                "grouping_key": None,
                "severity": list(Severity)[number % 4],
                "camera_id": f"CAM_{number % 2}",
                "reasoning": "=HYPERLINK(1) <script>alert(1)</script> stands there",
            }
        )
        jpeg = encode_jpeg(np.full((90, 160, 3), 40 * number, np.uint8))
        strip = (StripFrame(moment, jpeg),)
        kept = await store.record(seen, jpeg, f"{number}", strip)
        if number < 4:
            done = StatusUpdate(status=IncidentStatus.FALSE_POSITIVE, notes="A & B")
            await store.update_status(kept.incident.id, done, f"s{number}")


def run(*command: str) -> Result:
    return CliRunner().invoke(app, list(command))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"src", "href"}]


@pytest.mark.parametrize(("option", "count"), [("--week", 6), ("--day", 2)])
def test_a_report_is_one_safe_file_with_every_incident(
    url: str, tmp_path: Path, option: str, count: int
) -> None:
    file = tmp_path / "report.html"
    made = run("report", option, "2026-03-02", "--to", str(file), "--url", url)
    assert made.exit_code == 0, made.output
    page = file.read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.seen.count("article") == tags.seen.count("img") == count
    assert "script" not in tags.seen
    assert all(link.startswith("data:image/jpeg;base64,") for link in tags.links)
    assert "&lt;script&gt;" in page
    assert tags.seen.count("svg") >= 3
    assert re.search(r"Merkle root <code>[0-9a-f]{64}</code>", page)


def test_an_empty_day_is_a_report_too(url: str, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert run("report", "--day", "2020-01-01", "--to", str(file), "--url", url).exit_code == 0
    assert "Nothing happened" in file.read_text(encoding="utf-8")
    assert run("report", "--day", "yesterday", "--url", url).exit_code == 2
    assert run("report", "--day", "2020-01-01", "--week", "2020-01-01").exit_code == 2


def test_exports_end_in_their_form(url: str, tmp_path: Path) -> None:
    for name in ("all.csv", "all.jsonl", "all.parquet"):
        assert run("incidents", "export", str(tmp_path / name), "--url", url).exit_code == 0
    assert "'=HYPERLINK" in (tmp_path / "all.csv").read_text()
    assert len((tmp_path / "all.jsonl").read_text().splitlines()) == 6
    assert pq.read_table(tmp_path / "all.parquet").num_rows == 6
    some = run(
        "incidents", "export", str(tmp_path / "some.jsonl"), "--camera", "CAM_1", "--url", url
    )
    assert some.exit_code == 0
    assert len((tmp_path / "some.jsonl").read_text().splitlines()) == 3
    assert run("incidents", "export", "all.xls", "--url", url).exit_code == 2


def test_sql_answers_in_a_table(url: str) -> None:
    question = "SELECT camera_id, count(*) AS n FROM incidents GROUP BY 1 ORDER BY 1"
    answer = run("sql", question, "--url", url)
    assert answer.exit_code == 0, answer.output
    assert re.search(r"CAM_0\D+3", answer.output)
    refused = run("sql", "SELECT * FROM read_csv('/etc/passwd')", "--url", url)
    assert refused.exit_code == 2
    assert "disabled" in refused.output
