"""Exports, and cells that spreadsheets would compute."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pyarrow.parquet as pq
import pytest

from aegis.domain.assessment import Assessment
from aegis.domain.incident import Incident, IncidentQuery
from aegis.domain.question import ExportForm
from data.export import _cell, export_incidents
from data.frame_commands import RecordFrame

Make = Callable[..., Assessment]


def export(memory: Any, form: ExportForm, **query: Any) -> bytes:
    return b"".join(export_incidents(memory.views.find, IncidentQuery(**query), form))


@pytest.fixture
def filled(memory: Any, make_assessment: Make) -> Any:
    frames = [make_assessment(it, grouping_key=None, camera_id=f"C{it % 2}") for it in range(1100)]
    memory.do(*(RecordFrame(frame, None, f"{it}") for it, frame in enumerate(frames)))
    return memory


def test_every_form_has_every_match_once_newest_first(filled: Any) -> None:
    lines = export(filled, ExportForm.JSONL, camera_id="C1").splitlines()
    ids = [json.loads(line)["id"] for line in lines]
    assert ids == [f"incident_{number}" for number in range(1100, 0, -2)]
    assert Incident.model_validate_json(lines[0]) == filled.views.get("incident_1100")
    rows = list(
        csv.DictReader(io.StringIO(export(filled, ExportForm.CSV, camera_id="C1").decode()))
    )
    assert [row["id"] for row in rows] == ids
    assert rows[0]["confidence"] == "70.0"
    table = pq.read_table(io.BytesIO(export(filled, ExportForm.PARQUET, camera_id="C1")))
    assert table["id"].to_pylist() == ids


def test_nothing_exports_to_an_empty_file_of_its_form(memory: Any) -> None:
    assert export(memory, ExportForm.JSONL) == b""
    assert export(memory, ExportForm.CSV).startswith(b"id,timestamp,")
    assert pq.read_table(io.BytesIO(export(memory, ExportForm.PARQUET))).num_rows == 0


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        (-2.5, "-2.5"),
        (None, ""),
    ],
)
def test_cells_that_would_be_computed_are_text(value: object, cell: str) -> None:
    assert _cell(value) == cell
