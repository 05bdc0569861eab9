"""Every log that a running system wrote, its own and Ray's."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from aegis.testing.running_system import RunningSystem


def log_files(system: RunningSystem) -> list[Path]:
    """The launcher's output, the logs of its Ray session, what HAProxy wrote."""
    folders = {_session_logs(path) for path in _open_files(system)} - {None}
    found = {system.data_dir / "serve.log"}
    for folder in folders:
        if folder is not None:
            found |= {path for path in folder.rglob("*") if path.is_file()}
    found |= {path for path in _open_files(system) if path.suffix in {".log", ".out", ".err"}}
    return sorted(path for path in found if path.is_file())


def lines_with(system: RunningSystem, text: str) -> list[tuple[Path, str]]:
    """Every line of every log that has this text."""
    return [
        (path, line)
        for path in log_files(system)
        for line in path.read_text(errors="replace").splitlines()
        if text in line
    ]


def _open_files(system: RunningSystem) -> Iterator[Path]:
    for process in system.processes():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            for file in process.open_files():
                yield Path(file.path)


def _session_logs(path: Path) -> Path | None:
    parents = [parent for parent in path.parents if parent.name == "logs"]
    is_rays = any(parent.name.startswith("session_") for parent in path.parents)
    return parents[-1] if parents and is_rays else None
