"""The DuckDB file that keeps the journal folded; anything wrong with it, and it is made anew."""

import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import pyarrow as pa
import structlog

from aegis.errors import ServiceUnavailable
from data.entry import find_break
from data.journal import Journal
from data.view_build import ViewBuild
from data.view_snapshot import SnapshotFolder
from data.view_tables import VERSION, Rows, ViewTables

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_AT_ONCE = 5_000
"""So many records are folded while a question waits; more are folded behind its back."""
_MERGED_AFTER = 20_000
"""So many records are brought into the file together."""
_ROOM_BYTES = 64 * 2**20
"""With less room on the disk than this, what is new stays in memory."""
_log = structlog.get_logger(__name__)
_Answer = TypeVar("_Answer")


class ViewFile:
    """Answers questions over the incidents as the journal has them now.

    Every answer first folds what the journal has got since. A file that is missing,
    unreadable, cut short, of another version or of another journal is rebuilt, aloud, from
    the snapshot and the records after it; when the disk takes no file, in memory. A long
    rebuild goes on behind the callers' backs: until it is done they get ServiceUnavailable
    with the time it may take. One question at a time, from any thread.
    """

    def __init__(self, path: Path, journal: Journal) -> None:
        self._path = path
        self._journal = journal
        self._snapshot = SnapshotFolder(path.with_suffix(".snapshot"), VERSION)
        self._lock = threading.RLock()
        self._tables: ViewTables | None = None
        self._build: ViewBuild | None = None
        self._keeper: threading.Thread | None = None
        self._damage: ServiceUnavailable | None = None
        self._is_closing = False

    @property
    def lag(self) -> int:
        """How many records the next question folds first; 0 while there is no table."""
        tables = self._tables
        return self._journal.head_seq - tables.seq if tables else 0

    def ask(self, *questions: tuple[str, Mapping[str, Any]]) -> list[Rows]:
        """The rows of each named query, all of one moment."""
        return self.read(lambda tables: [tables.ask(*question) for question in questions])

    def read(self, question: Callable[[ViewTables], _Answer]) -> _Answer:
        """What the question makes of the tables, all of one moment."""
        failure: duckdb.Error | None = None
        with self._lock:
            for mend in (None, self._drop, self._rebuild_broken):
                try:
                    if mend:
                        mend()
                    return question(self._current())
                except duckdb.OutOfMemoryException as error:
                    raise ServiceUnavailable("The question needs too much memory") from error
                except duckdb.Error as error:
                    _log.warning("views_failed", reason=str(error))
                    failure = error
            self._drop()
        raise ServiceUnavailable("The views cannot answer now") from failure

    def catch_up(self) -> None:
        """Fold what is new, however long it takes; every question does so by itself."""
        while True:
            try:
                self.ask()
            except ServiceUnavailable as error:
                if (build := self._build) is not None:
                    build.wait()
                elif "retry_after_s" not in error.details:
                    raise
            else:
                return

    def stop_building(self) -> None:
        """End a long rebuild, and begin no other; short questions are still answered."""
        self._is_closing = True
        if build := self._build:
            build.stop()

    def close(self) -> None:
        """Bring what is new into the file, and let go of it."""
        self.stop_building()
        if self._keeper:
            self._keeper.join()
        with self._lock:
            try:
                if self._tables and self._tables.changed:
                    self._merge(self._tables)
            except duckdb.Error as error:
                _log.warning("views_not_kept", reason=str(error))
            self._drop()

    def _current(self) -> ViewTables:
        if self._damage:
            raise self._damage
        if self._build:
            raise self._build.not_yet()
        tables = self._tables or self._open()
        if self._journal.head_seq - tables.seq > _AT_ONCE:
            raise self._begin_build(tables).not_yet()
        self._fold_news(tables)
        if tables.seq - tables.merged_seq > _MERGED_AFTER:
            self._begin_keeping(tables)
        return tables

    def _open(self) -> ViewTables:
        if not self._path.exists():
            return self._rebuild("it is missing")
        if self._log_file.exists():
            return self._rebuild("it was being written when everything ended")
        try:
            tables = self._tables = ViewTables(duckdb.connect(self._path, config=_CONFIG))
            reason = self._objection(tables)
        except (duckdb.Error, ValueError) as error:
            reason = str(error)
        return self._rebuild(reason) if reason else tables

    def _objection(self, tables: ViewTables) -> str:
        """Why the file cannot be used; empty when it can."""
        if tables.version != VERSION:
            return f"it is of version {tables.version}, not {VERSION}"
        tables.load()
        if tables.seq > self._journal.head_seq:
            return f"it knows record {tables.seq}, but the journal ends at {self._journal.head_seq}"
        if self._journal.hash_at(tables.seq) != tables.hash:
            return f"record {tables.seq} of the journal is another one"
        return ""

    def _rebuild_broken(self) -> None:
        self._rebuild("it opens, but does not answer")

    def _rebuild(self, reason: str) -> ViewTables:
        self._drop()
        if self._journal.head_seq:
            _log.warning("views_rebuilt", file=self._path.name, reason=reason)
        if self._journal.head_seq > _AT_ONCE:
            raise self._begin_build(None).not_yet()
        self._tables = self._make()
        return self._tables

    def _make(self) -> ViewTables:
        """Tables as far as the snapshot goes, in the file or, failing that, in memory."""
        try:
            for file in (self._path, self._log_file):
                file.unlink(missing_ok=True)
            return self._make_in(self._path)
        except (duckdb.Error, OSError) as error:
            _log.warning("views_kept_in_memory", file=self._path.name, reason=str(error))
            return self._make_in(Path(":memory:"))

    def _make_in(self, path: Path) -> ViewTables:
        tables = ViewTables.create(duckdb.connect(path, config=_CONFIG))
        try:
            for part, file in self._snapshot.verified():
                if self._journal.hash_at(part.seq) != part.hash:
                    _log.warning("snapshot_of_another_journal", file=file.name)
                    break
                tables.take_in(file, part.seq, part.hash)
            return tables.load()
        except duckdb.Error:
            tables.close()
            raise

    def _begin_build(self, tables: ViewTables | None) -> ViewBuild:
        """Fold the rest behind the callers' backs; with no tables, from the snapshot on."""

        def work(build: ViewBuild) -> None:
            made = tables or self._make()
            try:
                while self._journal.head_seq - made.seq > _AT_ONCE and not build.is_stopped:
                    self._fold_some(made)
                    build.tell(made.seq, self._journal.head_seq)
                    if made.changed > 5 * _MERGED_AFTER:
                        self._merge(made)
                self._merge(made)
            except ServiceUnavailable as error:
                self._damage = error
            self._tables = made

        if self._is_closing:
            raise ServiceUnavailable("The store is closing")
        self._tables = None
        self._build = ViewBuild(work, self._end_build)
        return self._build

    def _end_build(self) -> None:
        with self._lock:
            self._build = None

    def _fold_news(self, tables: ViewTables) -> None:
        """What there is now; a question does not run after those who go on writing."""
        head_seq = self._journal.head_seq
        while tables.seq < head_seq and self._fold_some(tables):
            pass

    def _fold_some(self, tables: ViewTables) -> bool:
        rows = self._journal.read(tables.seq)
        if (found := find_break(rows, tables.seq, tables.hash)) is not None:
            raise ServiceUnavailable(
                f"The journal is damaged at record {found[0]} ({found[1]}): restore a backup"
            )
        if rows:
            tables.fold(rows, self._journal.history)
        return bool(rows)

    def _begin_keeping(self, tables: ViewTables) -> None:
        if self._keeper is None or not self._keeper.is_alive():
            self._keeper = threading.Thread(target=self._keep, args=(tables,), name="view-keeper")
            self._keeper.start()

    def _keep(self, tables: ViewTables) -> None:
        try:
            with self._lock:
                if tables is self._tables:
                    self._merge(tables)
            while self._snapshot.join():
                pass
        except (duckdb.Error, OSError, pa.ArrowException) as error:
            _log.warning("views_not_kept", reason=str(error))

    def _merge(self, tables: ViewTables) -> None:
        """What is new goes into the snapshot, then into the file; a failure costs time only."""
        if shutil.disk_usage(self._path.parent).free < _ROOM_BYTES:
            _log.warning("views_not_merged", reason="the disk is nearly full")
            return
        try:
            if self._snapshot.seq == tables.merged_seq:
                self._snapshot.add(tables.changes(), tables.merged_seq, tables.seq, tables.hash)
            tables.merge()
            if self._snapshot.seq != tables.seq:
                everything, seq, row_hash = tables.everything()
                self._snapshot.add(everything, 0, seq, row_hash)
        except (OSError, pa.ArrowException) as error:
            _log.warning("snapshot_not_written", reason=str(error))

    @property
    def _log_file(self) -> Path:
        return self._path.with_name(f"{self._path.name}.wal")

    def _drop(self) -> None:
        if self._tables is not None:
            try:
                self._tables.close()
            except duckdb.Error as error:
                _log.warning("views_close_failed", reason=str(error))
            self._tables = None
