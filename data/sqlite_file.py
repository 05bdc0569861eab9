"""An SQLite file that is durable, migrated, and opened anew after an error."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from aegis.errors import ConfigurationError, ServiceUnavailable

Parameters = Sequence[str | int | None]


class SqliteFile:
    """One connection, for one thread at a time.

    WAL with synchronous FULL: what is committed outlives a power cut. Raises
    ServiceUnavailable when the disk refuses, and opens the file anew at the next call;
    ConfigurationError when the file is damaged or of a newer schema.
    migrations: the schema's steps by version, from "1" on.
    """

    def __init__(self, path: Path, migrations: Mapping[str, str]) -> None:
        self.path = path
        self._migrations = migrations
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        with self._connected():
            pass

    def ask(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of the answer."""
        with self._connected() as connection:
            return connection.execute(query, parameters).fetchall()

    def insert(self, statement: str, rows: Iterable[Parameters]) -> None:
        """Run the statement for every row in one transaction."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(statement, rows)
            connection.execute("COMMIT")

    def probe(self) -> None:
        """Write something that changes nothing."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")
            connection.execute("COMMIT")

    def close(self) -> None:
        """Let go of the file; the last one out folds the write-ahead log back."""
        with self._lock:
            self._drop()

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection or self._open()
            except (sqlite3.OperationalError, sqlite3.IntegrityError) as error:
                self._drop()
                raise ServiceUnavailable(f"{self.path.name} is unavailable: {error}") from error
            except sqlite3.DatabaseError as error:
                self._drop()
                raise ConfigurationError(
                    f"{self.path} is damaged ({error}): put a backup in its place, or move it "
                    "and the -wal file beside it away to start with an empty memory"
                ) from error

    def _open(self) -> sqlite3.Connection:
        connection = self._connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=5
        )
        # A flipped bit may not be UTF-8: whoever reads must see the text that is there.
        connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        self._migrate(connection)
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version > len(self._migrations):
            raise ConfigurationError(
                f"{self.path} was written by a newer Aegis (schema {version}): run that version"
            )
        for step, script in list(self._migrations.items())[version:]:
            connection.executescript(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {int(step)}; COMMIT;"
            )

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None
