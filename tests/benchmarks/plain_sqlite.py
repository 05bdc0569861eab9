"""The peer of the scale benchmark: the same rows in one SQLite table, sensibly indexed."""

import sqlite3
import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aegis.domain.incident import Incident, IncidentQuery
from data.view_row import columns_of

_SCHEMA = """
PRAGMA journal_mode = WAL;
CREATE TABLE IF NOT EXISTS incidents (
    number INTEGER PRIMARY KEY, happened_at TEXT, type TEXT, severity TEXT, status TEXT,
    camera_id TEXT, confidence REAL, text TEXT, record TEXT
);
CREATE INDEX IF NOT EXISTS by_time ON incidents (happened_at, number);
CREATE INDEX IF NOT EXISTS by_status ON incidents (status, severity);
CREATE INDEX IF NOT EXISTS by_type ON incidents (type);
CREATE INDEX IF NOT EXISTS by_camera ON incidents (camera_id);
"""
_COLUMNS = [
    "number",
    "happened_at",
    "type",
    "severity",
    "status",
    "camera_id",
    "confidence",
    "text",
    "record",
]


class PlainSqlite:
    """One connection, WAL, synchronous FULL; answers whole pages and figures as the store does."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.executescript(_SCHEMA)
        self._connection.execute("PRAGMA synchronous = FULL")
        self._lock = threading.Lock()

    def insert(self, incidents: Iterable[Incident]) -> None:
        """All in one commit."""
        rows = []
        for incident in incidents:
            row = columns_of(incident) | {"camera_id": incident.camera_id}
            row["happened_at"] = str(row["happened_at"])
            rows.append(tuple(row[name] for name in _COLUMNS))
        marks = ", ".join("?" * len(_COLUMNS))
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(f"INSERT INTO incidents VALUES ({marks})", rows)
            self._connection.execute("COMMIT")

    def find(self, query: IncidentQuery) -> tuple[int, list[Incident]]:
        """The count of all matches and a page."""
        terms, values = ["1"], list[Any]()
        for column, names in (
            ("status", query.statuses),
            ("severity", query.severities),
            ("type", query.types),
            ("camera_id", [query.camera_id] if query.camera_id else []),
        ):
            if names:
                terms.append(f"{column} IN ({', '.join('?' * len(names))})")
                values += names
        if query.text:
            terms.append("instr(text, ?) > 0")
            values.append(query.text.casefold())
        where = " AND ".join(terms)
        (total,) = self._one(f"SELECT count(*) FROM incidents WHERE {where}", values)
        rows = self._connection.execute(
            f"SELECT record FROM incidents WHERE {where} "
            "ORDER BY happened_at DESC, number DESC LIMIT ? OFFSET ?",
            [*values, query.limit, query.offset],
        ).fetchall()
        return total, [Incident.model_validate_json(record) for (record,) in rows]

    def statistics(self, now: datetime) -> tuple[Any, ...]:
        """What `/api/stats` needs."""
        today = str(now.date())
        tomorrow = str(now.date() + timedelta(days=1))
        monday = str(now.date() - timedelta(days=now.weekday()))
        totals = self._one(
            "SELECT count(*), sum(status = 'active'), sum(status = 'false_positive'), "
            "avg(confidence) FROM incidents",
            [],
        )
        between = "SELECT count(*) FROM incidents WHERE happened_at >= ? AND happened_at < ?"
        dates = self._one(between, [today, tomorrow]) + self._one(between, [monday, tomorrow])
        by = "SELECT {0}, count(*) FROM incidents GROUP BY {0}"
        groups = [
            dict(self._connection.execute(by.format(name)).fetchall())
            for name in ("severity", "type")
        ]
        return (*totals, *dates, *groups)

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _one(self, query: str, values: list[Any]) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._connection.execute(query, values).fetchone()
        return row
