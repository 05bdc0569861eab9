"""Answers questions in SQL from a process of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from aegis.domain.incident import IncidentPage, IncidentQuery
from aegis.domain.question import SqlAnswer
from aegis.errors import BadRequest, ServiceUnavailable
from data.archive_folder import ArchiveFolder
from data.sql_tables import write_snapshot

_HOME = Path(__file__).parent.parent
_FRESH_S = 10.0
_PATIENCE_S = 5.0
_STARTING_S = 60.0
"""A loaded machine may need long to start a process; a question has no part of it."""


@dataclass(frozen=True, slots=True)
class SqlLimits:
    """What one question may take."""

    timeout_s: float = 10.0
    memory_mb: int = 512
    max_rows: int = 10_000


class SqlDesk:
    """One question at a time, over a snapshot that is at most some seconds old.

    The process that runs it has the snapshot's files and nothing else: no environment, no
    network of DuckDB's, no file but for reading; it ends when its time is up. Raises
    BadRequest for a question that is wrong or takes too much, ServiceUnavailable when
    others wait already.
    """

    def __init__(
        self,
        find: Callable[[IncidentQuery], IncidentPage],
        archive: ArchiveFolder,
        head: Callable[[], int],
        limits: SqlLimits | None = None,
    ) -> None:
        self._find = find
        self._archive = archive
        self._head = head
        self._limits = limits or SqlLimits()
        self._one_at_a_time = threading.Lock()
        self._folder: Path | None = None
        self._made_at, self._made_of = 0.0, -1

    def ask(self, sql: str) -> SqlAnswer:
        """The answer to one SELECT."""
        if not self._one_at_a_time.acquire(timeout=_PATIENCE_S):
            raise ServiceUnavailable("Another question is being answered; try again shortly")
        try:
            return self._run(self._snapshot(), sql)
        finally:
            self._one_at_a_time.release()

    def close(self) -> None:
        """Remove the snapshot."""
        with self._one_at_a_time:
            self._forget()

    def _snapshot(self) -> Path:
        """Anew when the journal went on and some seconds have passed."""
        head, now = self._head(), time.monotonic()
        is_fresh = head == self._made_of or now - self._made_at < _FRESH_S
        if self._folder is not None and is_fresh:
            return self._folder
        self._forget()
        folder = Path(tempfile.mkdtemp(prefix="aegis-sql-"))
        try:
            write_snapshot(folder, self._find, self._archive)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._folder, self._made_of, self._made_at = folder, head, now
        return folder

    def _run(self, folder: Path, sql: str) -> SqlAnswer:
        limits = self._limits
        question = {
            "sql": sql,
            "max_rows": limits.max_rows,
            "memory_mb": limits.memory_mb,
            "timeout_s": limits.timeout_s,
        }
        environment = {"PATH": os.defpath, "PYTHONPATH": str(_HOME), "LC_ALL": "C.UTF-8"}
        try:
            done = subprocess.run(  # noqa: S603 our own interpreter and module
                [sys.executable, "-m", "data.sql_cell", str(folder)],
                input=json.dumps(question).encode(),
                capture_output=True,
                timeout=limits.timeout_s + _STARTING_S,
                cwd=folder,
                env=environment,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise _too_much(limits) from error
        return _read(done, limits)

    def _forget(self) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _read(done: "subprocess.CompletedProcess[bytes]", limits: SqlLimits) -> SqlAnswer:
    """What the process said; one that was killed took too much."""
    if done.returncode:
        raise _too_much(limits)
    answer = json.loads(done.stdout)
    if "error" in answer:
        raise BadRequest(str(answer["error"]), {"field": "sql"})
    try:
        return SqlAnswer.model_validate(answer)
    except ValidationError as error:
        raise ServiceUnavailable("The answer cannot be read") from error


def _too_much(limits: SqlLimits) -> BadRequest:
    return BadRequest(
        f"The question takes more than {limits.timeout_s:g} s or {limits.memory_mb} MB: ask less",
        {"field": "sql"},
    )
