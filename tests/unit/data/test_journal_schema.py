"""The journal's schema: older ones are taken over, newer ones refused."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest

from aegis.domain.assessment import Assessment
from aegis.errors import ConfigurationError
from data.change import IncidentDeleted, IncidentOpened
from data.entry import Entry
from data.journal import Journal
from data.mark import Mark, MarkEntry
from data.sql import load_queries

T0 = datetime(2026, 3, 4, 13, tzinfo=UTC)
Make = Callable[..., Assessment]


class Noted(Mark):
    kind: ClassVar[str] = "test_noted"

    reason: str


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


FIRST_SCHEMA = [
    (1, "incident_opened", "incident_1", "yard", "record:a"),
    (2, "incident_deleted", "incident_1", None, None),
]


def write_first_schema(path: Path, make_assessment: Make) -> list[str]:
    """A file as version 1 wrote it, hashes computed as it did; answers the payloads."""
    payloads = [
        IncidentOpened(assessment=make_assessment()).model_dump_json(),
        IncidentDeleted(created_before=T0).model_dump_json(),
    ]
    previous = "0" * 64
    with sqlite3.connect(path) as connection:
        connection.executescript(load_queries("journal_migrations")["1"])
        connection.execute("PRAGMA user_version = 1")
        for (seq, kind, incident_id, group, key), payload in zip(
            FIRST_SCHEMA, payloads, strict=True
        ):
            fields = [seq, T0.isoformat(timespec="microseconds"), kind, incident_id, group, key]
            text = json.dumps([previous, *fields, payload], separators=(",", ":"))
            previous = hashlib.sha256(text.encode()).hexdigest()
            row = (*fields, payload, previous)
            connection.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    connection.close()
    return payloads


def test_a_journal_of_the_first_schema_is_taken_over_with_its_chain(
    path: Path, make_assessment: Make
) -> None:
    payloads = write_first_schema(path, make_assessment)
    journal = Journal(path)
    assert [row.payload for row in journal.read()] == payloads
    assert journal.verify().is_intact
    opened = IncidentOpened(assessment=make_assessment())
    held = MarkEntry.of("zone", T0, Noted(reason="court"), "c")
    journal.append([Entry.of("incident_2", T0, opened, "b"), held])
    assert journal.verify().records == 4
    assert journal.outcome_of("record:a") is not None
    journal.close()


@pytest.mark.parametrize("version", range(1, len(load_queries("journal_migrations"))))
def test_every_step_of_the_schema_leads_to_the_present_one(path: Path, version: int) -> None:
    steps = list(load_queries("journal_migrations").values())[:version]
    with sqlite3.connect(path) as connection:
        for number, script in enumerate(steps, start=1):
            connection.executescript(f"{script} PRAGMA user_version = {number};")
    connection.close()
    Journal(path).close()
    Journal(path.with_name("new.sqlite")).close()
    assert schema_of(path) == schema_of(path.with_name("new.sqlite"))


def schema_of(path: Path) -> list[tuple[str, ...]]:
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()
        rows += connection.execute("PRAGMA user_version").fetchall()
    connection.close()
    return rows


def test_a_newer_schema_is_refused(path: Path) -> None:
    journal = Journal(path)
    journal._writer.ask("PRAGMA user_version = 99")
    journal.close()
    with pytest.raises(ConfigurationError, match="newer Aegis"):
        Journal(path)
