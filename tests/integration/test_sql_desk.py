"""Somebody else's SQL, in its own process."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from aegis.domain.assessment import IncidentType, Severity
from aegis.domain.incident import (
    Incident,
    IncidentPage,
    IncidentQuery,
    IncidentStatus,
    StatusChange,
)
from aegis.domain.observation import Observation
from aegis.errors import BadRequest
from data.archive_folder import ArchiveFolder
from data.observation_archive import DATASET, tabulate_observations
from data.sql_cell import answer_question
from data.sql_desk import SqlDesk, SqlLimits

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def incident(number: int) -> Incident:
    moment = NOON + timedelta(minutes=number)
    return Incident(
        id=f"incident_{number}", timestamp=moment, type=IncidentType.INTRUSION,
        severity=Severity.HIGH, confidence=80, reasoning="Somebody", camera_id=f"C{number % 2}",
        created_at=moment, updated_at=moment, first_seen=moment, last_seen=moment,
        status_history=tuple(
            StatusChange(status=status, notes=f"{status}!", resolved_by="op_1", changed_at=moment)
            for status in (IncidentStatus.INVESTIGATING, IncidentStatus.RESOLVED)[: number - 1]
        ),
    )  # fmt: skip


def find(query: IncidentQuery) -> IncidentPage:
    del query
    return IncidentPage(total=3, incidents=tuple(map(incident, (3, 2, 1))), has_more=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlDesk]:
    folder = ArchiveFolder(str(tmp_path_factory.mktemp("archive")))
    seen = Observation(captured_at=NOON, resolution_wh=(1, 1), camera_id="C1")
    folder.add(DATASET, NOON.date(), tabulate_observations([seen]))
    desk = SqlDesk(find, folder, lambda: 7, SqlLimits(timeout_s=2.0, memory_mb=128, max_rows=5))
    yield desk
    desk.close()


def test_a_question_is_answered(desk: SqlDesk) -> None:
    answer = desk.ask("SELECT camera_id, count(*) AS n FROM incidents GROUP BY 1 ORDER BY 1")
    assert answer.columns == ("camera_id", "n")
    assert answer.rows == (("C0", 1), ("C1", 2))
    assert not answer.is_cut
    assert (
        desk.ask("SELECT max(timestamp) FROM incidents").rows[0][0].startswith("2026-03-04T12:03")
    )
    assert desk.ask("SELECT count(*) FROM observations, actions").rows == ((0,),)


def test_every_decision_is_a_row(desk: SqlDesk) -> None:
    answer = desk.ask(
        "SELECT incident_id, status, changed_at, notes, resolved_by"
        " FROM status_history ORDER BY ALL"
    )
    assert [row[:2] for row in answer.rows] == [
        ("incident_2", "investigating"),
        ("incident_3", "investigating"),
        ("incident_3", "resolved"),
    ]
    assert answer.rows[0][2].startswith("2026-03-04T12:02")
    assert answer.rows[0][3:] == ("investigating!", "op_1")


def test_a_wrong_question_is_told_what_is_wrong(desk: SqlDesk) -> None:
    for sql in ("SELECT nothing FROM incidents", "COPY incidents TO '/tmp/aegis-stolen.csv'"):
        with pytest.raises(BadRequest) as caught:
            desk.ask(sql)
        assert "Traceback" not in caught.value.message
        assert caught.value.details == {"field": "sql"}


def test_rows_beyond_the_limit_are_cut_and_it_is_said(desk: SqlDesk) -> None:
    answer = desk.ask("SELECT a.id FROM incidents a, incidents b")
    assert (len(answer.rows), answer.is_cut) == (5, True)


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "SELEC 1",
        "SELECT 1; SELECT 2",
        "SELECT * FROM nothing",
        "COPY incidents TO '/tmp/aegis-stolen.csv'",
        "COPY (SELECT 1) TO '/tmp/aegis-stolen.parquet' (FORMAT parquet)",
        "EXPORT DATABASE '/tmp/aegis-stolen'",
        "ATTACH '/tmp/aegis-stolen.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET threads = 8",
        "RESET lock_configuration",
        "CREATE TABLE t AS SELECT 1",
        "DROP VIEW incidents",
        "CALL pragma_version()",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM 'https://example.com/x.parquet'",
        "SELECT * FROM glob('/*')",
        "SELECT * FROM parquet_scan('/tmp/*')",
        "SELECT * FROM question",
        "SELECT * FROM rows",
        "SELECT getenv('HOME')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "WITH x AS (INSERT INTO incidents VALUES (1) RETURNING *) SELECT * FROM x",
    ],
)
def test_a_question_that_reaches_out_is_refused(desk: SqlDesk, sql: str) -> None:
    question = {"sql": sql, "memory_mb": 128, "max_rows": 5}
    with pytest.raises((ValueError, duckdb.Error)):
        answer_question(desk._snapshot(), question)
    assert not list(Path("/tmp").glob("aegis-stolen*"))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM range(10000000) a, range(10000000) b WHERE a.range <> b.range + 1",
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT count(*) FROM t",
        "SELECT list(a) FROM (SELECT unnest(range(1000000000)) AS a)",
    ],
)
def test_a_question_that_takes_too_much_is_ended(desk: SqlDesk, sql: str) -> None:
    start = time.monotonic()
    with pytest.raises(BadRequest):
        desk.ask(sql)
    assert time.monotonic() - start < 60
    assert desk.ask("SELECT 1").rows == ((1,),)


def test_the_snapshot_follows_the_journal(tmp_path: Path) -> None:
    heads = iter(range(100))
    made: list[int] = []

    def counted(query: IncidentQuery) -> IncidentPage:
        made.append(1)
        return find(query)

    head: Callable[[], int] = lambda: next(heads)  # noqa: E731
    desk = SqlDesk(counted, ArchiveFolder(str(tmp_path)), head)
    desk.ask("SELECT 1")
    desk.ask("SELECT 1")
    assert len(made) == 1
    desk._made_at -= 60
    desk.ask("SELECT 1")
    assert len(made) == 2
    desk.close()
