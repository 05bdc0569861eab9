"""The folder in which everything is kept, and the lock that makes it one store's."""

import fcntl
import time
from pathlib import Path

from aegis.errors import ConfigurationError
from data.durable_folder import make_folder


class DataFolder:
    """Names the files of one store and holds its lock until it is closed.

    The lock is the kernel's: a killed process loses it, so it never needs removing.
    wait_s: how long a predecessor may take to die. Raises ConfigurationError when another
    store has the folder, or when it cannot be made.
    """

    def __init__(self, root: Path, wait_s: float = 0.5) -> None:
        self._root = root
        try:
            if not root.is_dir():
                make_folder(root)
            self._lock = (root / "store.lock").open("a")
        except OSError as error:
            raise ConfigurationError(
                f"The data directory {root} cannot be used ({error.strerror}): "
                "set AEGIS_DATA_DIR to a folder that can be written"
            ) from error
        self._take_lock(wait_s)

    @property
    def journal(self) -> Path:
        """The SQLite file that holds the truth."""
        return self._root / "journal.sqlite"

    @property
    def views(self) -> Path:
        """The DuckDB file that can be thrown away."""
        return self._root / "views.duckdb"

    @property
    def evidence(self) -> Path:
        """The folder of pictures."""
        return self._root / "evidence"

    @property
    def archive(self) -> Path:
        """The folder of closed days, when they are kept on this disk."""
        return self._root / "archive"

    def close(self) -> None:
        """Let another store have the folder."""
        self._lock.close()

    def _take_lock(self, wait_s: float) -> None:
        give_up_at = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= give_up_at:
                    self._lock.close()
                    raise ConfigurationError(
                        f"Another store is writing to {self._root}: stop it, "
                        "or set AEGIS_DATA_DIR to a folder of its own"
                    ) from None
                time.sleep(0.05)
            else:
                return
