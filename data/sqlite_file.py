"""An SQLite file that is durable, checksummed, migrated, and opened anew after an error."""

import ctypes
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import apsw
import apsw.sqlite_extra

from aegis.errors import ConfigurationError, ServiceUnavailable, StorageDamaged

Parameters = Sequence[str | int | None]

_CHECKSUMMED = "cksmvfs"
"""SQLite's file layer that keeps and checks a checksum in the last 8 bytes of every page."""
_CHECKSUM_BYTES = 8
_CHECKSUMMED_FROM = 3
"""The schema from which on every file has them."""
_BUSY_MS = 5000


class SqliteFile:
    """One connection, for one thread at a time.

    WAL with synchronous FULL: what is committed outlives a power cut. Every page has a
    checksum: a flipped bit is an error, not an answer. Raises ServiceUnavailable when the
    disk refuses, and opens the file anew at the next call; StorageDamaged when the file is
    not what was written; ConfigurationError when it is of a newer schema.
    migrations: the schema's steps by version, from "1" on. synchronous: for the control of
    the power-loss proof only.
    """

    def __init__(
        self, path: Path, migrations: Mapping[str, str], synchronous: str = "FULL"
    ) -> None:
        self.path = path
        self._migrations = migrations
        self._synchronous = synchronous
        self._lock = threading.RLock()
        self._connection: apsw.Connection | None = None
        with self._connected():
            pass

    def ask(self, query: str, parameters: Parameters = ()) -> list[tuple[Any, ...]]:
        """All rows of the answer."""
        with self._connected() as connection:
            return connection.execute(query, parameters).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[apsw.Connection]:
        """Everything done with the connection is on disk at the end, or nothing is."""
        with self._connected() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def find_damage(self) -> str:
        """What a look at every page and every index finds; empty when all is well."""
        with self._connected() as connection:
            found = connection.execute("PRAGMA integrity_check(3)").fetchall()
        said = "; ".join(str(line) for (line,) in found)
        return "" if said == "ok" else said

    def close(self) -> None:
        """Let go of the file; the last one out folds the write-ahead log back."""
        with self._lock:
            self._drop()

    @contextmanager
    def _connected(self) -> Iterator[apsw.Connection]:
        with self._lock:
            try:
                yield self._connection or self._open()
            except (apsw.Error, UnicodeDecodeError) as error:
                self._drop()
                if _tells_of_damage(error):
                    raise StorageDamaged(
                        f"{self.path.name} is damaged ({_reason(error)}): put a backup in its "
                        "place, or move it and the -wal file beside it away to start with an "
                        "empty memory"
                    ) from error
                raise ServiceUnavailable(
                    f"{self.path.name} is unavailable: {_reason(error)}"
                ) from error

    def _open(self) -> apsw.Connection:
        _register_checksums()
        connection = self._connection = apsw.Connection(str(self.path), vfs=_CHECKSUMMED)
        connection.set_busy_timeout(_BUSY_MS)
        self._checksum(connection)
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", self._synchronous)
        self._migrate(connection)
        return connection

    def _checksum(self, connection: apsw.Connection) -> None:
        """Have checksums from the first page on; an older file is written anew with them."""
        version = int(connection.pragma("user_version"))
        if version >= _CHECKSUMMED_FROM:
            if not connection.pragma("checksum_verification"):
                raise apsw.CorruptError("its first page does not speak of checksums")
            return
        if version:
            connection.pragma("journal_mode", "delete")
        _reserve_room(connection)
        if version:
            connection.execute("VACUUM")

    def _migrate(self, connection: apsw.Connection) -> None:
        version = int(connection.pragma("user_version"))
        if version > len(self._migrations):
            raise ConfigurationError(
                f"{self.path} was written by a newer Aegis (schema {version}): run that version"
            )
        for step, script in list(self._migrations.items())[version:]:
            connection.execute(
                f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {int(step)}; COMMIT;"
            )

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(apsw.Error):
                self._connection.close()
            self._connection = None


def open_checksummed(path: Path) -> apsw.Connection:
    """A new file whose every page gets a checksum as it is written, whoever's content it is."""
    _register_checksums()
    connection = apsw.Connection(str(path), vfs=_CHECKSUMMED)
    _reserve_room(connection)
    connection.execute("CREATE TABLE begun (at TEXT)")
    return connection


def _reserve_room(connection: apsw.Connection) -> None:
    wanted = ctypes.c_int(_CHECKSUM_BYTES)
    connection.file_control("main", apsw.SQLITE_FCNTL_RESERVE_BYTES, ctypes.addressof(wanted))


@cache
def _register_checksums() -> None:
    """Once in a process, over whatever file layer is the default then."""
    with apsw.Connection(":memory:") as connection:
        apsw.sqlite_extra.load(connection, "cksumvfs")


def _tells_of_damage(error: Exception) -> bool:
    return _is_checksum_error(error) or isinstance(
        error, apsw.CorruptError | apsw.NotADBError | UnicodeDecodeError
    )


def _is_checksum_error(error: Exception) -> bool:
    extended: object = getattr(error, "extendedresult", None)
    return isinstance(error, apsw.IOError) and extended == apsw.SQLITE_IOERR_DATA


def _reason(error: Exception) -> str:
    if _is_checksum_error(error):
        return "a page does not match its checksum"
    return str(error).strip()
